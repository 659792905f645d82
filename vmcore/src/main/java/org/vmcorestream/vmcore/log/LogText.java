// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Collects the lines of a kernel log in the form of {@code makedumpfile --dump-dmesg}, the newest
 * {@value #MAX_BYTES} bytes of them, and the first thing that went wrong.
 *
 * <pre>
 *  [    1.500000] [      T1] first line of a record
 *                            second line of the same record
 * </pre>
 *
 * The second bracket, the thread (T) or CPU (C) that wrote, is there where the kernel says where it keeps it. Bytes that
 * are neither white space nor printable become {@code \xNN}. UTF-8 is kept as it is (makedumpfile escapes it, with the sign
 * carried over: {@code \xffffffe2}).
 */
final class LogText {
    /** Longest log that is kept. */
    static final int MAX_BYTES = 16 << 20;

    private static final int CALLER_WIDTH = 8;
    private static final int CPU = 1 << 31;
    private static final long NANOS = 1_000_000_000L;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final int maxBytes;
    private byte[] bytes;
    private int size;
    private String problem = "";

    LogText() {
        this(MAX_BYTES);
    }

    LogText(int maxBytes) {
        this.maxBytes = maxBytes;
        this.bytes = new byte[Math.min(2 * maxBytes, 64 << 10)];
    }

    /** Remembers what went wrong; only the first is told. */
    void problem(String what) {
        if (problem.isEmpty()) {
            problem = what;
        }
    }

    String problem() {
        return problem;
    }

    /**
     * Adds a record.
     *
     * @param nanos time since boot, unsigned
     * @param text its bytes from index 0 on
     * @param length their number
     */
    void record(long nanos, byte[] text, int length) {
        record(time(nanos), text, length);
    }

    /** Adds a record whose writer is known. */
    void record(long nanos, int caller, byte[] text, int length) {
        String name = ((caller & CPU) != 0 ? "C" : "T") + (caller & ~CPU);
        record(time(nanos) + "[" + " ".repeat(Math.max(0, CALLER_WIDTH - name.length())) + name + "] ", text, length);
    }

    private static String time(long nanos) {
        return String.format(
                Locale.ROOT,
                "[%5d.%06d] ",
                Long.divideUnsigned(nanos, NANOS),
                Long.remainderUnsigned(nanos, NANOS) / 1000);
    }

    private void record(String prefix, byte[] text, int length) {
        add(prefix.getBytes(StandardCharsets.US_ASCII));
        lines(text, length, prefix.length());
        add('\n');
    }

    /** Adds text that carries its time stamps itself. */
    void plain(byte[] text, int length) {
        lines(text, length, 0);
    }

    private void lines(byte[] text, int length, int indent) {
        int at = 0;
        while (at < length) {
            int c = text[at] & 0xff;
            int utf8 = c < 0x80 ? 1 : utf8Length(text, at, length);
            if (c == '\n') {
                add('\n');
                for (int i = 0; i < indent; i++) {
                    add(' ');
                }
            } else if (c >= 0x20 && c < 0x7f || c >= '\t' && c <= '\r') {
                add(c);
            } else if (c >= 0x80 && utf8 > 0) {
                for (int i = 0; i < utf8; i++) {
                    add(text[at + i]);
                }
            } else {
                add('\\');
                add('x');
                add(HEX[c >> 4]);
                add(HEX[c & 15]);
            }
            at += Math.max(1, utf8);
        }
    }

    /** Bytes of the well-formed UTF-8 sequence that begins here, 0 where there is none. */
    private static int utf8Length(byte[] text, int at, int length) {
        int lead = text[at] & 0xff;
        int count =
                lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
        if (count == 0 || at + count > length) {
            return 0;
        }
        for (int i = 1; i < count; i++) {
            if ((text[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = text[at + 1] & 0xff;
        boolean overlongOrSurrogate = lead == 0xe0 && second < 0xa0
                || lead == 0xed && second >= 0xa0
                || lead == 0xf0 && second < 0x90
                || lead == 0xf4 && second >= 0x90;
        return overlongOrSurrogate ? 0 : count;
    }

    private void add(byte[] more) {
        for (byte b : more) {
            add(b);
        }
    }

    private void add(int b) {
        if (size == bytes.length) {
            if (size >= 2 * maxBytes) {
                keepNewest();
            } else {
                bytes = Arrays.copyOf(bytes, Math.min(2 * maxBytes, 2 * size));
            }
        }
        bytes[size++] = (byte) b;
    }

    /** Drops old lines so that at most {@code maxBytes} are left. */
    private void keepNewest() {
        if (size <= maxBytes) {
            return;
        }
        int from = size - maxBytes;
        while (from < size && bytes[from - 1] != '\n') {
            from++;
        }
        if (from == size) {
            from = size - maxBytes;
        }
        System.arraycopy(bytes, from, bytes, 0, size - from);
        size -= from;
        problem("only the newest " + maxBytes + " bytes of the kernel log were kept");
    }

    /** All lines that were kept. */
    byte[] bytes() {
        keepNewest();
        return Arrays.copyOf(bytes, size);
    }
}
