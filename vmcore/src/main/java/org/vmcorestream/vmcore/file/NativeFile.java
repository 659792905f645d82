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
    private volatile boolean holesKnown;

    /** The hole and the data asked for last; most questions are about the same again, so that the system is asked once for each. */
    private long holeStart;

    private long holeEnd;
    private long dataStart;
    private long dataEnd;

    private NativeFile(int descriptor, long size) {
        this.descriptor = descriptor;
        this.size = size;
        holesKnown = descriptor != CLOSED;
        if (holesKnown && seek(0, Libc.SEEK_HOLE) == size) {
            holesKnown = false;
        }
    }

    /** A file of which nothing is known. */
    static NativeFile unknown(long size) {
        return new NativeFile(CLOSED, size);
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

    /** Whether asking for holes can be worth it: false for a file that has none. */
    boolean mayHaveHoles() {
        return holesKnown;
    }

    /**
     * How many bytes of a range, from its beginning on, are in a hole and therefore zeros; 0 when its first byte is not, or when
     * holes are not known, or part of the range is beyond the end.
     */
    long holeBytes(long position, long length) {
        if (!holesKnown) {
            return 0;
        }
        synchronized (this) {
            return find(position, length) && position >= holeStart && position < holeEnd
                    ? Math.min(length, holeEnd - position)
                    : 0;
        }
    }

    /** How many bytes of a range, from its beginning on, come before the next hole; all of them when holes are not known. */
    long dataBytes(long position, long length) {
        if (!holesKnown) {
            return length;
        }
        synchronized (this) {
            if (!find(position, length)) {
                return length;
            }
            return position >= dataStart && position < dataEnd ? Math.min(length, dataEnd - position) : 0;
        }
    }

    /** Finds the hole or the data that a range begins in; false when it cannot be told. */
    private boolean find(long position, long length) {
        if (!holesKnown || position < 0 || length < 0 || position > size - length) {
            return false;
        }
        if (position >= holeStart && position < holeEnd || position >= dataStart && position < dataEnd) {
            return true;
        }
        long data = seek(position, Libc.SEEK_DATA);
        if (data > position) {
            holeStart = position;
            holeEnd = data;
        } else if (holesKnown) {
            dataStart = position;
            dataEnd = seek(position, Libc.SEEK_HOLE);
        }
        return holesKnown;
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
