// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.vmcorestream.cli.standby.AbandonedErrandException;
import org.vmcorestream.cli.standby.Errand;
import org.vmcorestream.cli.standby.StandbyClient;

/**
 * A command line with {@code --standby}. Handed over by a JVM that has this module alone in its class path, and no parser of command
 * lines: loading that takes longer than most of what a standby does.
 */
public final class StandbyLine {
    /** The one command that a standby does. */
    static final String COMMAND = "produce";

    /** Its option; the command itself passes over it. */
    static final String OPTION = "--standby";

    /** Set by the launcher: its own path. */
    private static final String LAUNCHER_PROPERTY = "vmcore-stream.launcher";

    /**
     * Most of a vmcore that a standby is given, in GiB; hand-over.pl has the same. It compiles with the first tier only, so that it
     * describes pages at a fraction of the speed of a process that starts and compiles to the last. That shows in what keeps little
     * of its memory: at 128 GiB the start weighs more, at 256 GiB as much, at 1 TiB it does not any more (docs/performance.md,
     * "Growth with the guest").
     */
    static final int MOST_GIB = 256;

    private static final String ASSIGNED = OPTION + "=";

    /** Standard input, which a standby cannot read. */
    private static final String INPUT = "-";

    private final List<String> words = new ArrayList<>();
    private String socket;

    StandbyLine(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals(OPTION) && i + 1 < args.length) {
                socket = args[++i];
            } else if (args[i].startsWith(ASSIGNED)) {
                socket = args[i].substring(ASSIGNED.length());
            } else {
                words.add(args[i]);
            }
        }
    }

    /** Hands a command line over, and ends the process with its {@link ExitCode}. What no standby does the launcher does. */
    public static void main(String[] args) throws IOException, InterruptedException {
        StandbyLine line = new StandbyLine(args);
        OptionalInt status = line.send(Console.ofProcess());
        System.exit(status.isPresent() ? status.getAsInt() : line.launch());
    }

    /** The exit status of a command line that a standby did; empty when none did, after a line that says why. */
    static OptionalInt send(Console console, String... args) {
        return new StandbyLine(args).send(console);
    }

    /** The command line for whoever does it when no standby did. */
    List<String> words() {
        return List.copyOf(words);
    }

    /** The exit status of the command line that a standby did; empty when none did it to its end, after a line that says why. */
    OptionalInt send(Console console) {
        if (socket == null || words.contains(INPUT)) {
            return OptionalInt.empty();
        }
        if (tooLarge(console)) {
            console.complain("vmcore of more than " + MOST_GIB + " GiB, which takes longer by the standby at " + socket
                    + ", capturing without it");
            return OptionalInt.empty();
        }
        long handedOver = System.currentTimeMillis();
        try {
            Errand errand = new Errand(console.file("").toAbsolutePath().toString(), console.terminal(), words);
            return OptionalInt.of(StandbyClient.send(console.file(socket), errand, console.out(), console.err()));
        } catch (AbandonedErrandException e) {
            console.complain("the standby at " + socket + " is gone (" + reason(e) + "), going on without it");
            words.add(ResumeOptions.HANDED_OVER);
            words.add(Long.toString(handedOver));
            return OptionalInt.empty();
        } catch (IOException | InvalidPathException e) {
            console.complain("no standby at " + socket + " (" + reason(e) + "), capturing without it");
            return OptionalInt.empty();
        }
    }

    /** Whether the files named have more than a standby is given, and can be read here: what only it may read is the standby's. */
    private boolean tooLarge(Console console) {
        try {
            long left = (long) MOST_GIB << 30;
            boolean readable = true;
            for (String word : words) {
                Path file = console.file(word);
                if (Files.isRegularFile(file)) {
                    left -= Math.min(Files.size(file), Long.MAX_VALUE / Errand.MAX_WORDS);
                    readable &= Files.isReadable(file);
                }
            }
            return left < 0 && readable;
        } catch (IOException | InvalidPathException e) {
            return false; // Whoever opens it says what is wrong with it.
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Starts the command as if no standby had been named, behind what one may have done of it. It ends with this process. */
    private int launch() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(words);
        command.add(0, System.getProperty(LAUNCHER_PROPERTY));
        Process process = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process)));
        return process.waitFor();
    }

    private static void end(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does an errand in this process. */
    static int run(Errand errand, PrintStream out, PrintStream err) {
        Console console = new Console(out, err, errand.terminal(), Path.of(errand.folder()));
        if (!errand.words().get(0).equals(COMMAND)) {
            console.complain("a standby does '" + COMMAND + "' only");
            return ExitCode.USAGE.number();
        }
        return Main.run(console, errand.words().toArray(String[]::new));
    }
}
