// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;

/** The entry of {@code vmcore-stream}. */
public final class Main {
    /** Columns of the help: examples are for copying, so that none of their lines may be broken. */
    static final int HELP_WIDTH = 120;

    private Main() {}

    /** Runs a command and ends the process with its {@link ExitCode}. */
    public static void main(String[] args) {
        System.exit(run(Console.ofLastCommand(), args));
    }

    /** Runs a command on the console of this process and returns the number of its {@link ExitCode}. */
    public static int run(String... args) {
        return run(Console.ofProcess(), args);
    }

    /** Runs a command on a console. */
    static int run(Console console, String... args) {
        CommandLine line = Commands.line(console, args);
        line.setOut(new PrintWriter(console.out(), true));
        line.setErr(new PrintWriter(console.err(), true));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.registerConverter(Path.class, console::file);
        line.registerConverter(DumpInput.class, DumpInput.converter(console));
        line.setParameterExceptionHandler((wrong, given) -> {
            console.complain(Failures.oneLine(wrong.getMessage()).replaceFirst("^Error: ", ""));
            console.log("Try '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            return ExitCode.USAGE.number();
        });
        line.setExecutionExceptionHandler(
                (failure, of, result) -> Failures.report(console, failure).number());
        return line.execute(args);
    }
}
