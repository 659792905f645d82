// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.vmcorestream.vmcore.NotAVmcoreException;
import org.vmcorestream.vmcore.TruncatedVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * The bytes of a dump file, by position. Reads exactly what is asked for and nothing around it; can be used by several
 * threads at once. Nothing is mapped into memory: a file that shrinks is then an error and not a crash.
 */
public final class DumpFile implements Closeable {
    /** Smaller holes are read like everything else. */
    private static final int MIN_HOLE = 64 << 10;

    private final Path path;
    private final FileChannel channel;
    private final NativeFile advice;
    private final long size;
    private final ReadObserver observer;
    private final boolean cut;

    private DumpFile(Path path, FileChannel channel, NativeFile advice, long size, ReadObserver observer, boolean cut) {
        this.path = path;
        this.channel = channel;
        this.advice = advice;
        this.size = size;
        this.observer = observer;
        this.cut = cut;
    }

    /** Is told of every read of a dump file; for tests that count them. */
    @FunctionalInterface
    public interface ReadObserver {
        /** Nobody looks. */
        ReadObserver NONE = (position, length) -> {};

        /** {@code length} bytes from {@code position} on are about to be read. */
        void reading(long position, int length);
    }

    /**
     * Opens a file for reading.
     *
     * @throws NotAVmcoreException when it is a directory, a pipe, or anything else but a file
     * @throws VmcoreException when there is none, or it may not be read
     */
    public static DumpFile open(Path path, ReadObserver observer) throws IOException {
        if (Files.isDirectory(path)) {
            throw new NotAVmcoreException(path + ": is a directory, expected a vmcore");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new NotAVmcoreException(path + ": is no regular file, expected a vmcore (- is standard input)");
        }
        FileChannel channel = channel(path);
        try {
            long size = channel.size();
            Object fileKey =
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return new DumpFile(path, channel, NativeFile.open(path, size, fileKey), size, observer, false);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * A file that is open already, and may have no name any more.
     *
     * @param name what it is called in messages
     * @param channel closed with this file
     */
    public static DumpFile of(Path name, FileChannel channel) throws IOException {
        return of(name, channel, false);
    }

    /**
     * A file that is open already, and may have no name any more.
     *
     * @param name what it is called in messages
     * @param channel closed with this file
     * @param cut whether it was made of a stream that ended early
     */
    public static DumpFile of(Path name, FileChannel channel, boolean cut) throws IOException {
        long size = channel.size();
        return new DumpFile(name, channel, NativeFile.unknown(size), size, ReadObserver.NONE, cut);
    }

    private static FileChannel channel(Path path) throws IOException {
        try {
            return FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new VmcoreException(path + ": does not exist, expected a vmcore", e);
        } catch (AccessDeniedException e) {
            throw new VmcoreException(path + ": may not be read, expected permission to", e);
        } catch (FileSystemException e) {
            throw new VmcoreException(path + ": cannot be opened: " + e.getReason(), e);
        }
    }

    /** The file that was opened. */
    public Path path() {
        return path;
    }

    /** The channel that is read, for copies that need not go through this process. Its position means nothing. */
    public FileChannel channel() {
        return channel;
    }

    /** Whether it was made of a stream that ended early, so that bytes may be missing anywhere in it. */
    public boolean cut() {
        return cut;
    }

    /** Its size in bytes when it was opened. */
    public long size() {
        return size;
    }

    /**
     * Fills what remains of a buffer.
     *
     * @param position of the first byte in the file
     * @param into its position moves to its limit; it should be direct
     * @throws TruncatedVmcoreException when the file ends before
     */
    public void read(long position, ByteBuffer into) throws IOException {
        observer.reading(position, into.remaining());
        long at = position;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                throw new TruncatedVmcoreException(path + ": ends at offset " + at + ", expected " + into.remaining()
                        + " more bytes of what was asked for from offset " + position);
            }
            at += count;
        }
    }

    /**
     * Fills what remains of a buffer, as {@link #read} does, but without reading the large holes of a sparse file: what would be
     * read there is zeros, and would take up the system's cache.
     */
    public void readSparse(long position, ByteBuffer into) throws IOException {
        if (into.remaining() < MIN_HOLE || !advice.mayHaveHoles()) {
            read(position, into);
            return;
        }
        int limit = into.limit();
        long at = position;
        while (into.position() < limit) {
            int left = limit - into.position();
            int hole = (int) advice.holeBytes(at, left);
            if (hole >= MIN_HOLE || hole == left) {
                putZeros(into, hole);
                at += hole;
            } else {
                int data = (int) Math.min(left, Math.max(MIN_HOLE, advice.dataBytes(at, left)));
                read(at, into.limit(into.position() + data));
                into.limit(limit);
                at += data;
            }
        }
    }

    /**
     * Fills what remains of a buffer, as {@link #read} does, but without reading when all of it lies in one hole of a sparse file, however
     * small: a read there would make the system find room in its cache for zeros.
     */
    public void readUnlessHole(long position, ByteBuffer into) throws IOException {
        int length = into.remaining();
        if (advice.mayHaveHoles() && advice.holeBytes(position, length) == length) {
            putZeros(into, length);
        } else {
            read(position, into);
        }
    }

    private static void putZeros(ByteBuffer into, int length) {
        int rest = length;
        for (; rest >= Long.BYTES; rest -= Long.BYTES) {
            into.putLong(0);
        }
        for (; rest > 0; rest--) {
            into.put((byte) 0);
        }
    }

    /** How many bytes of a range, from its beginning on, are in a hole of a sparse file and therefore zeros. */
    public long holeBytes(long position, long length) {
        return advice.holeBytes(position, length);
    }

    /** How many bytes of a range, from its beginning on, come before the next hole, as far as holes are known. */
    public long dataBytes(long position, long length) {
        return advice.dataBytes(position, length);
    }

    /** Says that a range will be read soon, so that the system may fetch it. */
    public void willNeed(long position, long length) {
        advice.willNeed(position, length);
    }

    @Override
    public void close() throws IOException {
        advice.close();
        channel.close();
    }
}
