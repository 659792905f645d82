// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.vmcorestream.vmcore.file.DumpFile;

/**
 * A file without a name: it is gone when it is closed, and when this process ends in whatever way. Readable by its owner alone.
 * Takes no more bytes than its room allows, and never the last of the disk. Belongs to one thread.
 */
final class SpoolFile implements Closeable {
    /** Bytes that the disk keeps free. */
    static final long RESERVE = 256L << 20;

    /** The disk is asked for its free bytes when so many were written. */
    private static final long ASK_EVERY = 64L << 20;

    /** Blocks that are worth a hole. */
    private static final int HOLE = 64 << 10;

    /** No file system that a dump is spooled to has longer files. */
    private static final long MAX_POSITION = 1L << 50;

    private final Path name;
    private final SpoolRoom room;
    private final FileStore disk;
    private final FileChannel channel;
    private final long most;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(HOLE);
    private long written;
    private long allowed;
    private long length;

    private SpoolFile(Path name, SpoolRoom room, FileStore disk, FileChannel channel) throws IOException {
        this.name = name;
        this.room = room;
        this.disk = disk;
        this.channel = channel;
        // Bytes that are written again and again need no room; they end all the same.
        most = Math.min(room.limit(), disk.getTotalSpace());
    }

    /**
     * Makes one.
     *
     * @param name of the dump, for messages
     */
    static SpoolFile create(Path name, SpoolRoom room) throws IOException {
        Path folder = room.folder();
        if (!Files.isDirectory(folder)) {
            throw new SpoolException(folder + ": is no folder, expected one to spool " + name + " to (--spool-dir)");
        }
        Path path;
        try {
            path = Files.createTempFile(folder, ".vmcore-stream-", ".spool", ownerOnly(folder));
        } catch (FileSystemException e) {
            throw new SpoolException(
                    folder + ": cannot be written to, expected a folder to spool " + name + " to (--spool-dir)", e);
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                return new SpoolFile(name, room, Files.getFileStore(folder), channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path folder) throws IOException {
        return Files.getFileStore(folder).supportsFileAttributeView("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Whether bytes can be at a position. */
    static boolean canHold(long position, long length) {
        return position >= 0 && length >= 0 && length <= MAX_POSITION && position <= MAX_POSITION - length;
    }

    /**
     * Writes the remaining bytes of a buffer.
     *
     * @param position where, one that {@link #canHold} accepts
     */
    void write(ByteBuffer bytes, long position) throws IOException {
        count(bytes.remaining());
        long at = position;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw new SpoolException(
                    room.folder() + ": cannot spool " + name + " behind " + at + " bytes: " + e.getMessage(), e);
        }
    }

    /**
     * Writes the remaining bytes of a buffer behind all others. Blocks of zeros become holes: the memory of a guest has many.
     *
     * @param position behind the last byte
     */
    void append(ByteBuffer bytes, long position) throws IOException {
        length = position + bytes.remaining();
        int end = bytes.limit();
        long at = position;
        while (bytes.position() < end) {
            int block = Math.min(zeros.capacity(), end - bytes.position());
            bytes.limit(bytes.position() + block);
            if (bytes.mismatch(zeros.slice(0, block)) < 0) {
                count(block);
                bytes.position(bytes.limit());
            } else {
                write(bytes, at);
            }
            at += block;
            bytes.limit(end);
        }
    }

    /** Counts bytes that come, whether or not they need room. */
    void count(long bytes) throws IOException {
        written += bytes;
        if (written > most) {
            throw new SpoolException(name + ": brings more than " + most + " bytes, expected at most that ("
                    + (room.limit() == most ? "--spool-limit" : "the size of the disk that it is spooled to") + ")");
        }
        if (written > allowed) {
            long free = disk.getUsableSpace();
            if (free < RESERVE + Math.max(bytes, ASK_EVERY)) {
                throw new SpoolException(room.folder() + ": has " + free + " bytes free after " + (written - bytes)
                        + " bytes of " + name + ", expected room for the rest and " + RESERVE
                        + " bytes to spare (--spool-dir names another folder)");
            }
            allowed = written + Math.max(bytes, ASK_EVERY);
        }
    }

    /** Refuses a dump of which it is known beforehand that it has no room. */
    void require(long bytes) throws IOException {
        long free = disk.getUsableSpace();
        if (bytes > room.limit()) {
            throw new SpoolException(name + ": has " + bytes + " bytes, expected at most " + room.limit()
                    + " to be spooled (--spool-limit)");
        }
        if (bytes > free - RESERVE) {
            throw new SpoolException(room.folder() + ": has " + free + " bytes free, expected " + (bytes + RESERVE)
                    + " to spool " + name + " (--spool-dir names another folder)");
        }
    }

    /**
     * The file for reading, which owns it from now on.
     *
     * @param cut whether the stream ended early
     */
    DumpFile read(boolean cut) throws IOException {
        if (channel.size() < length) {
            write(zeros.slice(0, 1), length - 1);
        }
        return DumpFile.of(name, channel, cut);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
