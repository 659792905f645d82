// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/** A file read at positions that the file itself names, and that are therefore checked against its size. */
final class BoundedInput implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final Closeable owner;

    /** Reads what somebody else opened; closed with it. */
    BoundedInput(DumpFile file) {
        path = file.path();
        channel = file.channel();
        size = file.size();
        owner = file;
    }

    BoundedInput(Path path) throws IOException {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new IOException(path + ": cannot be opened: no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(path + ": cannot be opened: access denied", e);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            throw new IOException(path + ": cannot be opened: " + reason, e);
        }
        size = channel.size();
        owner = channel;
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
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
                step = channel.read(into, at);
            } catch (IOException e) {
                throw new IOException(path + ": cannot read " + what + " at offset " + at + ": " + e.getMessage(), e);
            }
            if (step < 0) {
                throw beyond(what, offset, length);
            }
            at += step;
        }
    }

    /**
     * Copies bytes to a position of a file that is being written, without taking them into this process.
     *
     * @param what is copied, for the message
     */
    void copyTo(String what, long offset, long length, PartialFile into, long position) throws IOException {
        if (!holds(offset, length)) {
            throw beyond(what, offset, length);
        }
        if (into.copyFrom(channel, offset, length, position) < length) {
            throw beyond(what, offset, length);
        }
    }

    /** The complaint that a part of the file is not in it. */
    VmcoreException beyond(String what, long offset, long length) {
        return new VmcoreException(path + ": " + what + " of " + Long.toUnsignedString(length) + " bytes at offset "
                + Long.toUnsignedString(offset) + ", expected within the " + size + " bytes of the file");
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }
}
