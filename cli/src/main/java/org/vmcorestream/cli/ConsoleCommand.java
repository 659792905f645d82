// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What all commands have in common: a console, {@code --help}, {@code --verbose}, and a teardown that a signal runs too. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        abbreviateSynopsis = true,
        descriptionHeading = "%n",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n")
abstract class ConsoleCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say more, and print stack traces.")
    private boolean verbose;

    ConsoleCommand(Console console) {
        this.console = console;
    }

    /** The console to write to. */
    final Console console() {
        return console;
    }

    @Override
    public final Integer call() throws Exception {
        console.verbose(verbose);
        Logging.on(console);
        try (Teardown teardown = new Teardown()) {
            try {
                return execute(teardown).number();
            } catch (Exception e) {
                if (teardown.interrupted()) {
                    console.complain("interrupted");
                    return ExitCode.INTERRUPTED.number();
                }
                throw e;
            }
        }
    }

    /** Does the work. What it opens goes to the teardown, which is closed when this returns or throws. */
    abstract ExitCode execute(Teardown teardown) throws Exception;
}
