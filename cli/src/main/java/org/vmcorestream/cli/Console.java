// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * Where a command stands: results to standard output, progress and complaints to standard error. Only one writer at a time, and
 * progress bars make way for anything else. Can be used by several threads at once.
 */
final class Console {
    /** Set by the launcher: whether standard error is a terminal. */
    static final String TERMINAL_PROPERTY = "vmcore-stream.terminal";

    private static final String NAME = "vmcore-stream: ";

    private final PrintStream out;
    private final PrintStream err;
    private final WritableByteChannel bytes;
    private final boolean terminal;
    private final Path folder;
    private final boolean endsProcess;
    private boolean verbose;
    private ProgressBoard board;

    Console(PrintStream out, PrintStream err, boolean terminal) {
        this(out, err, terminal, Path.of(""));
    }

    /** @param folder what relative paths of the command line begin with; empty for this process's own */
    Console(PrintStream out, PrintStream err, boolean terminal, Path folder) {
        this(out, Channels.newChannel(out), err, terminal, folder, false);
    }

    private Console(
            PrintStream out,
            WritableByteChannel bytes,
            PrintStream err,
            boolean terminal,
            Path folder,
            boolean endsProcess) {
        this.out = out;
        this.bytes = bytes;
        this.err = err;
        this.terminal = terminal;
        this.folder = folder;
        this.endsProcess = endsProcess;
    }

    /** The console of this process. */
    static Console ofProcess() {
        return ofProcess(false);
    }

    /** The console of this process, which ends with the command that stands at it. */
    static Console ofLastCommand() {
        return ofProcess(true);
    }

    private static Console ofProcess(boolean endsProcess) {
        String told = System.getProperty(TERMINAL_PROPERTY);
        return new Console(
                System.out,
                new FileOutputStream(FileDescriptor.out).getChannel(),
                System.err,
                told == null ? System.console() != null : Boolean.parseBoolean(told),
                Path.of(""),
                endsProcess);
    }

    /** The same console with all lines on standard error, for commands whose standard output is no text. */
    Console onStandardError() {
        Console aside = new Console(err, bytes, err, terminal, folder, endsProcess);
        aside.verbose(verbose());
        return aside;
    }

    /** Whether the process ends with the command, and with it whatever the command did not close. */
    boolean endsProcess() {
        return endsProcess;
    }

    /** Whether standard error is a terminal, where lines can be written over. */
    boolean terminal() {
        return terminal;
    }

    /** Whether the user wants to know more, stack traces included. */
    synchronized boolean verbose() {
        return verbose;
    }

    /** Sets {@link #verbose()}. */
    synchronized void verbose(boolean verbose) {
        this.verbose = verbose;
    }

    /** The file that a word of the command line names. */
    Path file(String word) {
        return folder.resolve(word);
    }

    /** Standard output, for picocli. */
    PrintStream out() {
        return out;
    }

    /** Standard output for bytes that are no text; a reader that has gone is an error here. */
    WritableByteChannel bytes() {
        return bytes;
    }

    /** Standard error, for picocli. */
    PrintStream err() {
        return err;
    }

    /** Writes lines of a result. */
    synchronized void print(String lines) {
        aside(() -> {
            out.println(lines);
            out.flush();
        });
    }

    /** Writes one line of complaint, with the program's name in front. */
    synchronized void complain(String line) {
        log(NAME + line);
    }

    /** Writes lines to standard error as they are. */
    synchronized void log(String lines) {
        aside(() -> err.println(lines));
    }

    /** Writes to standard error without a line end: only for the board. */
    synchronized void draw(String text) {
        err.print(text);
        err.flush();
    }

    /** Shows a board from now on; null for none. */
    synchronized void show(ProgressBoard shown) {
        board = shown;
    }

    private void aside(Runnable writing) {
        if (board != null) {
            board.erase();
        }
        writing.run();
        if (board != null) {
            board.redraw();
        }
    }
}
