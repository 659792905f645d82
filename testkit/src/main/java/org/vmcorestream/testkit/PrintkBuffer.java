// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Lays out the log buffers before 5.10: records of struct log or struct printk_log (3.5 to 5.9), or plain text (before).
 *
 * <pre>
 *  record, 16 bytes: 0 ts_nsec (u64)  8 len (u16)  10 text_len (u16)  12 dict_len (u16)  14 facility, flags and level
 *                    then the text, padded to 4; len covers all of it; len 0 says "go on at the buffer's start"
 * </pre>
 */
final class PrintkBuffer {
    private static final int HEADER = 16;

    private final Description description;
    private final KernelImage image;
    private final int bits;
    private final byte[] buffer;
    private int first;
    private int next;
    private long end;

    PrintkBuffer(Description description, KernelImage image) {
        this.description = description;
        this.image = image;
        long text = description.log.stream()
                .mapToLong(record -> recordSize(record.text().length()) + 32)
                .sum();
        bits = description.logTextBits > 0
                ? description.logTextBits
                : Math.max(10, Long.SIZE - Long.numberOfLeadingZeros(text + HEADER));
        buffer = new byte[1 << bits];
        image.reserve("log_buf", Long.BYTES);
        image.reserve("log_buf_len", Integer.BYTES);
        image.reserve("log_first_idx", Integer.BYTES);
        image.reserve("log_next_idx", Integer.BYTES);
        image.reserve("log_end", Integer.BYTES);
        image.reserve("log_text", buffer.length);
    }

    private static int recordSize(int textLength) {
        return HEADER + (textLength + 3 & ~3);
    }

    /** Writes everything into the placed image. */
    void write(GuestMemory memory, VmcoreInfoText info) {
        boolean plain = description.logKind() == KernelPreset.Log.PLAIN;
        for (LogRecord record : description.log) {
            if (plain) {
                appendText(record);
            } else {
                append(record);
            }
        }
        memory.putLong(image.physical("log_buf"), image.virtual("log_text"));
        memory.putInt(image.physical("log_buf_len"), buffer.length);
        memory.putInt(image.physical("log_first_idx"), first);
        memory.putInt(image.physical("log_next_idx"), next);
        memory.putInt(image.physical("log_end"), (int) end);
        memory.putBytes(image.physical("log_text"), buffer);
        info.symbol("log_buf", image.virtual("log_buf"));
        info.symbol("log_buf_len", image.virtual("log_buf_len"));
        if (plain) {
            info.symbol("log_end", image.virtual("log_end"));
            return;
        }
        info.symbol("log_first_idx", image.virtual("log_first_idx"));
        info.symbol("log_next_idx", image.virtual("log_next_idx"));
        String struct = description.logKind() == KernelPreset.Log.OLD_RECORDS ? "log" : "printk_log";
        info.size(struct, HEADER);
        info.offset(struct + ".ts_nsec", 0);
        info.offset(struct + ".len", 8);
        info.offset(struct + ".text_len", 10);
        info.offset(struct + ".dict_len", 12);
    }

    private void append(LogRecord record) {
        int size = recordSize(record.text().length());
        if (size + HEADER > buffer.length / 2) {
            throw new DescriptionException(
                    "a log record does not fit into a log buffer of " + buffer.length + " bytes");
        }
        while (!fits(size)) {
            int length = buffer[first + 8] & 0xff | (buffer[first + 9] & 0xff) << 8;
            first = length == 0 ? 0 : first + length;
        }
        // There is always room for one more header, whose length 0 sends the reader back to the start.
        if (next + size + HEADER > buffer.length) {
            for (int i = 0; i < HEADER; i++) {
                buffer[next + i] = 0;
            }
            next = 0;
        }
        LittleEndian.putLong(buffer, next, record.nanos());
        LittleEndian.putShort(buffer, next + 8, size);
        LittleEndian.putShort(buffer, next + 10, record.text().length());
        LittleEndian.putShort(buffer, next + 12, 0);
        byte[] text = record.text().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, buffer, next + HEADER, text.length);
        next += size;
    }

    private boolean fits(int size) {
        if (first == next && next == 0) {
            return true;
        }
        int free = next > first ? Math.max(buffer.length - next, first) : first - next;
        return free >= size + HEADER;
    }

    private void appendText(LogRecord record) {
        long micros = record.nanos() / 1000;
        String line =
                String.format(Locale.ROOT, "<6>[%5d.%06d] %s\n", micros / 1_000_000, micros % 1_000_000, record.text());
        for (byte b : line.getBytes(StandardCharsets.ISO_8859_1)) {
            buffer[(int) (end++ & buffer.length - 1)] = b;
        }
    }
}
