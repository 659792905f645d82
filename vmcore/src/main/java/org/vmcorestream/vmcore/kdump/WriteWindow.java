// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.file.DumpTarget;

/** A part of a file that grows from its beginning: gathers small pieces, writes large ones, and keeps the CRC of all of it. */
final class WriteWindow {
    /** Fewer bytes than this are gathered, even when their CRC is known: a call for each would cost more than summing them. */
    private static final int FEW = 256 << 10;

    private final DumpTarget file;
    private final ByteBuffer buffer;
    private final SparseCrc crc = new SparseCrc();
    private final long start;
    private long written;

    /** A window of {@code capacity} bytes on the part that begins at {@code start}. */
    WriteWindow(DumpTarget file, long start, int capacity) {
        this.file = file;
        this.start = start;
        buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A little-endian buffer with room for {@code length} bytes at its position, no more than the window's capacity. */
    ByteBuffer room(int length) throws IOException {
        if (buffer.remaining() < length) {
            flush();
        }
        return buffer;
    }

    /**
     * Puts all remaining bytes of a buffer in, whose CRC is known. Many are written as they are, from where they lie.
     *
     * @param bytes position and limit are left alone
     */
    void put(ByteBuffer bytes, int crc32c) throws IOException {
        int length = bytes.remaining();
        if (length < FEW && length <= buffer.capacity()) {
            room(length).put(bytes.duplicate());
            return;
        }
        flush();
        file.write(bytes.duplicate(), start + written);
        crc.add(crc32c, length);
        written += length;
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

    /** Writes what the window holds. */
    void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        if (length > 0) {
            crc.add(buffer);
            file.write(buffer, start + written);
            written += length;
        }
        buffer.clear();
    }
}
