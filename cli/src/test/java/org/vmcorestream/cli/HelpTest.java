// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line says of itself. */
class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "demo",
                "inspect",
                "produce",
                "standby",
                "process",
                "sink",
                "assemble",
                "export",
                "topics",
                "topics create",
                "topics check",
                "topics list",
                "dumps",
                "dumps list",
                "dumps show",
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

    @ParameterizedTest
    @CsvSource({"'', Exit codes:", "rules, Examples:", "topics, Examples:", "dumps, Examples:"})
    void shouldSayOfEachCommandInAWholeSentenceWhatItDoes(String command, String behind) {
        String help = Captured.run((command + " --help").strip().split(" ")).out();
        String commands = help.substring(help.indexOf("Commands:\n"), help.indexOf(behind))
                .replaceAll("\n {4,}", " ");
        assertThat(commands.lines().skip(1).filter(line -> !line.isBlank()))
                .isNotEmpty()
                .allMatch(line -> line.matches("  [a-z]+ +[A-Z].*(\\.|command)"));
    }

    @Test
    void shouldNotBreakTheLinesOfExamples() {
        int examples = 0;
        for (CommandLine command : everyCommandBelow(Commands.line(null))) {
            String name = command.getCommandSpec().qualifiedName(" ");
            Object[] words = (name.substring(name.indexOf(' ') + 1) + " --help").split(" ");
            String[] lines = command.getCommandSpec().usageMessage().footer();
            assertThat(Captured.run(words).out().lines()).as(name).contains(lines);
            examples += lines.length;
        }
        assertThat(examples).isGreaterThan(40);
    }

    @Test
    void shouldHelpAlikeWhetherACommandStandsFirstOrBehindHelp() {
        for (String name : Commands.line(null).getSubcommands().keySet()) {
            assertThat(Commands.line(null, name).getSubcommands().keySet())
                    .as(name)
                    .isEqualTo(
                            name.equals("help")
                                    ? Commands.line(null).getSubcommands().keySet()
                                    : Set.of(name));
            assertThat(Captured.run(name, "--help").out())
                    .as(name)
                    .isEqualTo(Captured.run("help", name).out());
        }
    }

    private static List<CommandLine> everyCommandBelow(CommandLine parent) {
        List<CommandLine> all = new ArrayList<>();
        for (CommandLine command : parent.getSubcommands().values()) {
            if (!command.getCommandName().equals("help")) {
                all.add(command);
                all.addAll(everyCommandBelow(command));
            }
        }
        return all;
    }
}
