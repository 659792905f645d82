// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A console whose lines are kept. */
final class Captured {
    private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    private final Console console;

    Captured(boolean terminal) {
        this(terminal, Path.of(""));
    }

    Captured(boolean terminal, Path folder) {
        console = new Console(
                new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                new PrintStream(errBytes, true, StandardCharsets.UTF_8),
                terminal,
                folder);
    }

    Console console() {
        return console;
    }

    String out() {
        return outBytes.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return outBytes.toByteArray();
    }

    String err() {
        return errBytes.toString(StandardCharsets.UTF_8);
    }

    List<String> errLines() {
        return err().lines().toList();
    }

    /** What a command left behind. */
    record Result(int exitCode, String out, String err) {}

    /** Runs a command with a console of its own. */
    static Result run(Object... args) {
        Captured captured = new Captured(false);
        String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        int code = Main.run(captured.console, words);
        return new Result(code, captured.out(), captured.err());
    }
}
