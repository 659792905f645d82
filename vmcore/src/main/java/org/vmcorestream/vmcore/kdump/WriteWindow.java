// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * A part of a file that grows from its beginning: gathers pieces of any size, writes large ones that end where a multiple of their size
 * does, and keeps the CRC of all of it.
 */
final class WriteWindow {
    /** Bytes whose CRC is known are summed all the same when they are fewer: joining two CRCs costs as much. */
    private static final int FEW = 16 << 10;

    private final DumpTarget file;
    private final SparseCrc crc = new SparseCrc();
    private final long start;
    private final int step;
    private ByteBuffer buffer;

    /** Bytes at the beginning of the buffer whose CRC is in the sum. */
    private int summed;

    /** Bytes in the buffer at which they are written. */
    private int due;

    private long written;

    /**
     * A window on the part that begins at {@code start}.
     *
     * @param step bytes that are written at once, a power of two
     * @param largest most bytes that {@link #room} is asked for
     */
    WriteWindow(DumpTarget file, long start, int step, int largest) {
        this.file = file;
        this.start = start;
        this.step = step;
        buffer = PageAlignedBuffer.allocate(step + largest);
        due = toNextStep();
    }

    private int toNextStep() {
        return step - (int) (start + written & step - 1);
    }

    /** A little-endian buffer with room for {@code length} bytes at its position. */
    ByteBuffer room(int length) throws IOException {
        if (buffer.position() >= due) {
            send();
        }
        if (buffer.remaining() < length) {
            throw new IllegalArgumentException(length + " bytes, expected at most " + (buffer.capacity() - step));
        }
        return buffer;
    }

    /**
     * Puts all remaining bytes of a buffer in, whose CRC is known.
     *
     * @param bytes position and limit are left alone
     */
    void put(ByteBuffer bytes, int crc32c) throws IOException {
        int length = bytes.remaining();
        boolean known = length >= FEW;
        if (known) {
            sum();
            crc.add(crc32c, length);
        }
        for (int at = 0; at < length; ) {
            int count = Math.min(length - at, due - buffer.position());
            if (count <= 0) {
                send();
                continue;
            }
            buffer.put(buffer.position(), bytes, bytes.position() + at, count);
            buffer.position(buffer.position() + count);
            at += count;
            if (known) {
                summed = buffer.position();
            }
        }
    }

    /** Position in the file behind everything that was put in. */
    long end() {
        return start + length();
    }

    /** Bytes that were put in. */
    long length() {
        return written + buffer.position();
    }

    /** CRC-32C of everything that was flushed. */
    int crc() {
        return crc.crc();
    }

    private void sum() {
        if (summed < buffer.position()) {
            crc.add(buffer.duplicate().flip().position(summed));
            summed = buffer.position();
        }
    }

    /** Writes what is due, and goes on with what lies behind it. */
    private void send() throws IOException {
        sum();
        int first = due;
        int carried = buffer.position() - first;
        ByteBuffer behind = buffer.duplicate();
        buffer = file.exchange(buffer.flip().limit(first), start + written);
        buffer.put(0, behind, first, carried).position(carried);
        written += first;
        summed = carried;
        due = step;
    }

    /** Writes what the window holds. */
    void flush() throws IOException {
        sum();
        int length = buffer.position();
        if (length > 0) {
            file.write(buffer.flip(), start + written);
            written += length;
        }
        buffer.clear();
        summed = 0;
        due = toNextStep();
    }
}
