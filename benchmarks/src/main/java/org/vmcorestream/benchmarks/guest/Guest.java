// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmcorestream.vmcore.Vmcore;

/** The command line of {@code benchmarks/guest}, which has its help. */
public final class Guest {
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,6})([MGT])");
    private static final String UNITS = "MGT";

    private long size;
    private Path from;
    private Path out;
    private boolean holes;
    private int level;

    private Guest() {}

    /** Makes a vmcore; exits with 2 when it cannot be made as asked for. */
    public static void main(String[] arguments) throws IOException {
        try {
            new Guest().run(List.of(arguments));
        } catch (GuestException e) {
            System.err.println("guest: " + e.getMessage());
            System.exit(2);
        }
    }

    private void run(List<String> arguments) throws IOException {
        parse(arguments);
        List<Piece> memory = new GuestMaker(from, size, holes, level).write(out);
        try (Vmcore made = Vmcore.open(out)) {
            System.out.printf(
                    "%s: Linux %s, memory up to page frame %d in %d segments%n",
                    out.getFileName(), made.kernel().release(), made.memory().endPfn(), memory.size());
        }
    }

    private void parse(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--size" -> size = size(value(arguments, ++i));
                case "--from" -> from = Path.of(value(arguments, ++i));
                case "--level" -> level = level(value(arguments, ++i));
                case "--contents" -> holes = isHoles(value(arguments, ++i));
                default -> {
                    if (out != null || argument.startsWith("-")) {
                        throw new GuestException("argument '" + argument + "', expected one file to write");
                    }
                    out = Path.of(argument).toAbsolutePath();
                }
            }
        }
        if (size == 0 || from == null || out == null) {
            throw new GuestException("expected --size SIZE --from VMCORE OUT");
        }
        if (!Files.isReadable(from)) {
            throw new GuestException(from + " cannot be read, expected a vmcore");
        }
    }

    private static String value(List<String> arguments, int at) {
        if (at == arguments.size()) {
            throw new GuestException(arguments.get(at - 1) + " has no value");
        }
        return arguments.get(at);
    }

    private static long size(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new GuestException("--size " + text + ", expected a number and M, G or T, such as 64G");
        }
        return Long.parseLong(size.group(1)) << 20 + 10 * UNITS.indexOf(size.group(2));
    }

    private static int level(String text) {
        if (!text.matches("[0-9]|[12][0-9]|3[01]")) {
            throw new GuestException("--level " + text + ", expected 0 to 31");
        }
        return Integer.parseInt(text);
    }

    private static boolean isHoles(String text) {
        if (!text.equals("holes") && !text.equals("tile")) {
            throw new GuestException("--contents " + text + ", expected tile or holes");
        }
        return text.equals("holes");
    }
}
