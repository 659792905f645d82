// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.vmcorestream.vmcore.file.DumpTarget;

/** A part of a file that grows from its beginning: gathers small pieces, writes large ones, and keeps the CRC of all of it. */
final class WriteWindow {
    private final DumpTarget file;
    private final ByteBuffer buffer;
    private final CRC32C crc = new CRC32C();
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
        return (int) crc.getValue();
    }

    /** Writes what the window holds. */
    void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        crc.update(buffer);
        buffer.rewind();
        file.write(buffer, start + written);
        written += length;
        buffer.clear();
    }
}
