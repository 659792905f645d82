// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * What the operating system knows of a file beyond its bytes: where it has holes, and what will be read soon.
 * Where the calls are missing it knows of no hole, and advice is not given. Can be used by several threads at once.
 */
final class NativeFile implements AutoCloseable {
    private static final int CLOSED = -1;

    private final long size;
    private int descriptor;
    private boolean holesKnown;

    /** The hole and the data asked for last; most questions are about the same again. */
    private long holeStart;

    private long holeEnd;
    private long dataStart;
    private long dataEnd;

    private NativeFile(int descriptor, long size) {
        this.descriptor = descriptor;
        this.size = size;
        holesKnown = descriptor != CLOSED;
    }

    /**
     * Opens a file a second time, next to a channel.
     *
     * @param fileKey {@link BasicFileAttributes#fileKey()} of the file that the channel reads: when the path leads to
     *     another one by now, nothing is known
     */
    static NativeFile open(Path path, long size, Object fileKey) {
        if (!Libc.AVAILABLE) {
            return new NativeFile(CLOSED, size);
        }
        int descriptor = CLOSED;
        try {
            descriptor = Libc.open(path.toString(), Libc.O_RDONLY_CLOEXEC);
            Path opened = Path.of("/proc/self/fd/" + descriptor);
            if (Objects.equals(
                    Files.readAttributes(opened, BasicFileAttributes.class).fileKey(), fileKey)) {
                NativeFile file = new NativeFile(descriptor, size);
                descriptor = CLOSED;
                return file;
            }
        } catch (LastErrorException | IOException e) {
            return new NativeFile(CLOSED, size);
        } finally {
            close(descriptor);
        }
        return new NativeFile(CLOSED, size);
    }

    /** Whether a range of the file is wholly in a hole, and therefore zeros. An answer of no means nothing. */
    synchronized boolean isHole(long position, long length) {
        long end = position + length;
        if (!holesKnown || position < 0 || end > size) {
            return false;
        }
        if (position >= holeStart && position < holeEnd) {
            return end <= holeEnd;
        }
        if (position >= dataStart && position < dataEnd) {
            return false;
        }
        long data = seek(position, Libc.SEEK_DATA);
        if (data > position) {
            holeStart = position;
            holeEnd = data;
            return end <= data;
        }
        dataStart = position;
        dataEnd = seek(position, Libc.SEEK_HOLE);
        if (position == 0 && dataEnd == size) {
            holesKnown = false;
        }
        return false;
    }

    /** Next data or hole; the end of the file when there is none; an error ends the asking. */
    private long seek(long position, int whence) {
        try {
            return Libc.lseek(descriptor, position, whence);
        } catch (LastErrorException e) {
            if (e.getErrorCode() == Libc.ENXIO) {
                return size;
            }
            holesKnown = false;
            return position;
        }
    }

    /** Says that a range will be read soon. The advice has no result worth knowing: the system is free not to follow it. */
    synchronized void willNeed(long position, long length) {
        if (descriptor != CLOSED) {
            Libc.posix_fadvise(descriptor, position, length, Libc.POSIX_FADV_WILLNEED);
        }
    }

    @Override
    public synchronized void close() {
        close(descriptor);
        descriptor = CLOSED;
        holesKnown = false;
    }

    private static void close(int descriptor) {
        if (descriptor == CLOSED) {
            return;
        }
        try {
            Libc.close(descriptor);
        } catch (LastErrorException e) {
            // Only read from: nothing is lost with it.
            assert e.getErrorCode() != 0;
        }
    }
}
