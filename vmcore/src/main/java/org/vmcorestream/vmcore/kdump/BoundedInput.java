// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/** A file read at positions that the file itself names, and that are therefore checked against its size. */
final class BoundedInput implements AutoCloseable {
    private final DumpFile file;
    private final long size;

    /** @param file closed with it */
    BoundedInput(DumpFile file) {
        this.file = file;
        size = file.size();
    }

    Path path() {
        return file.path();
    }

    long size() {
        return size;
    }

    /** Whether it comes from a stream that ended early. */
    boolean cut() {
        return file.cut();
    }

    /** Whether a part of the file, both numbers unsigned, lies within it. */
    boolean holds(long offset, long length) {
        return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
    }

    /**
     * Fills the remaining bytes of a buffer, whose position moves to its limit.
     *
     * @param what is read, for the message
     */
    void read(String what, long offset, ByteBuffer into) throws IOException {
        int length = into.remaining();
        if (!holds(offset, length)) {
            throw beyond(what, offset, length);
        }
        long at = offset;
        while (into.hasRemaining()) {
            int step;
            try {
                step = file.channel().read(into, at);
            } catch (IOException e) {
                throw new IOException(path() + ": cannot read " + what + " at offset " + at + ": " + e.getMessage(), e);
            }
            if (step < 0) {
                throw beyond(what, offset, length);
            }
            at += step;
        }
    }

    /** The complaint that a part of the file is not in it. */
    VmcoreException beyond(String what, long offset, long length) {
        return new VmcoreException(path() + ": " + what + " of " + Long.toUnsignedString(length) + " bytes at offset "
                + Long.toUnsignedString(offset) + ", expected within the " + size + " bytes of the file");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
