// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.vmcorestream.vmcore.PageAlignedBuffer;

/** The bytes of a stream, one after the other, with a buffer of 1 MiB. Belongs to one thread. */
final class StreamBytes {
    private static final int BUFFER = 1 << 20;

    private final Path name;
    private final ReadableByteChannel channel;
    private final long total;
    private final SpoolListener listener;
    private final ByteBuffer buffer = PageAlignedBuffer.allocate(BUFFER).flip();
    private long taken;
    private boolean ended;

    /**
     * @param name of the dump, for messages
     * @param total bytes of the stream, {@link Spooler#UNKNOWN} where nobody knows
     */
    StreamBytes(Path name, ReadableByteChannel channel, long total, SpoolListener listener) {
        this.name = name;
        this.channel = channel;
        this.total = total;
        this.listener = listener;
    }

    /** Bytes taken so far. */
    long position() {
        return taken;
    }

    /** Has at least {@code length} bytes in the buffer, or all that are left; says how many there are, at most so many. */
    int available(int length) throws IOException {
        if (buffer.remaining() < length && !ended) {
            buffer.compact();
            try {
                while (buffer.position() < length && !ended) {
                    ended = channel.read(buffer) < 0;
                }
            } catch (IOException e) {
                throw new IOException(
                        name + ": cannot be read at offset " + (taken + buffer.position()) + ": " + e.getMessage(), e);
            } finally {
                buffer.flip();
            }
            listener.at(taken, total, false);
        }
        return Math.min(length, buffer.remaining());
    }

    /** Bytes that are in the buffer. */
    int available() {
        return buffer.remaining();
    }

    /** The next bytes, without taking them. */
    ByteBuffer peek(int length) {
        return buffer.slice(buffer.position(), length);
    }

    /** Takes bytes that are available. */
    ByteBuffer take(int length) {
        ByteBuffer bytes = peek(length);
        buffer.position(buffer.position() + length);
        taken += length;
        return bytes;
    }

    /** Bytes that can be taken at once, {@code most} at most; 0 at the end. */
    int some(long most) throws IOException {
        if (!buffer.hasRemaining()) {
            available(1);
        }
        return (int) Math.min(most, buffer.remaining());
    }

    /** Says that no more is wanted. */
    void end() {
        listener.at(taken, total, true);
    }
}
