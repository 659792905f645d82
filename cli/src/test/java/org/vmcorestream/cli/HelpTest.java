// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says of itself. */
class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "demo",
                "inspect",
                "produce",
                "process",
                "sink",
                "topics",
                "topics create",
                "topics check",
                "topics list",
                "dumps",
                "dumps list",
                "rules",
                "rules show",
                "rules check",
                "rules test",
                "rules diff",
                "rules publish",
                "rules list",
                "replay",
                "whatif",
                "explain",
                "console"
            })
    void shouldHelpWithEveryCommandAndGiveExamples(String command) {
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.add("--help");
        Captured.Result result = Captured.run(words.toArray());
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("Usage: vmcore-stream " + command)
                .contains("Examples:")
                .contains("  vmcore-stream " + command);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void shouldDocumentEveryExitCode() {
        Captured.Result result = Captured.run("--help");
        assertThat(result.exitCode()).isZero();
        for (ExitCode code : ExitCode.values()) {
            assertThat(result.out()).contains(String.format("%5d  %s%n", code.number(), code.meaning()));
        }
    }

    @Test
    void shouldSayItsVersion() {
        Captured.Result result = Captured.run("--version");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .containsPattern("^vmcore-stream [0-9]+\\.[0-9]+\\.[0-9]+\n")
                .contains("JDK");
    }

    @Test
    void shouldShowTheHelpOfACommandThatHelpIsAskedFor() {
        Captured.Result help = Captured.run("help", "run");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("vmcore-stream run", "--codec");
    }

    @Test
    void shouldSayOfEachCommandInAWholeSentenceWhatItDoes() {
        String help = Captured.run("--help").out();
        String commands = help.substring(help.indexOf("Commands:\n"), help.indexOf("Exit codes:"))
                .replaceAll("\n {4,}", " ");
        assertThat(commands.lines().skip(1).filter(line -> !line.isBlank()))
                .allMatch(line -> line.matches("  [a-z]+ +[A-Z].*(\\.|command)"));
    }
}
