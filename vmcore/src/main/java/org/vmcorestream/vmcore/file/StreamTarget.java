// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A stream that bytes can only be put at the end of, such as standard output. What was sent cannot be taken back. */
public final class StreamTarget implements DumpTarget {
    private final String name;
    private final WritableByteChannel out;
    private long sent;

    /**
     * @param name for messages
     * @param out takes all bytes it is given, and stays open
     */
    public StreamTarget(String name, WritableByteChannel out) {
        this.name = name;
        this.out = out;
    }

    /** @throws IllegalArgumentException when the position is not the end */
    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        if (position != sent) {
            throw new IllegalArgumentException(name + ": write at " + position + ", expected " + sent);
        }
        int length = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new IOException(name + ": cannot write " + length + " bytes: " + e.getMessage(), e);
        }
        sent += length;
    }

    @Override
    public void commit() {
        // all is sent
    }

    @Override
    public void close() {
        // what was sent cannot be taken back
    }
}
