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
    private static final int PIECES = 32;

    private final long size;
    private int descriptor;
    private volatile boolean holesKnown;

    /**
     * The pieces of the file asked for last, in the order of asking: holes, and data between them. Most questions are about the same
     * again, by whoever plans and by those who read behind it, so that the system is asked once for each.
     */
    private final long[] starts = new long[PIECES];

    private final long[] ends = new long[PIECES];
    private final boolean[] holes = new boolean[PIECES];
    private int newest;

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
            int piece = find(position, length);
            return piece >= 0 && holes[piece] ? Math.min(length, ends[piece] - position) : 0;
        }
    }

    /** How many bytes of a range, from its beginning on, come before the next hole; all of them when holes are not known. */
    long dataBytes(long position, long length) {
        if (!holesKnown) {
            return length;
        }
        synchronized (this) {
            int piece = find(position, length);
            if (piece < 0) {
                return length;
            }
            return holes[piece] ? 0 : Math.min(length, ends[piece] - position);
        }
    }

    /** Finds the piece that a range begins in; -1 when it cannot be told. */
    private int find(long position, long length) {
        if (!holesKnown || position < 0 || length < 0 || position > size - length) {
            return -1;
        }
        for (int i = 0; i < PIECES; i++) {
            int piece = newest + PIECES - i & PIECES - 1;
            if (position >= starts[piece] && position < ends[piece]) {
                return piece;
            }
        }
        long end = seek(position, Libc.SEEK_DATA);
        boolean hole = end > position;
        if (!hole && holesKnown) {
            end = seek(position, Libc.SEEK_HOLE);
        }
        if (!holesKnown) {
            return -1;
        }
        newest = newest + 1 & PIECES - 1;
        starts[newest] = position;
        ends[newest] = end;
        holes[newest] = hole;
        return newest;
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
