// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that gets its name only when it is whole and on disk. Until then it is {@code NAME.partial}, locked against a second
 * writer, and goes away when writing fails or is given up.
 */
final class PartialFile implements DraftFile {
    /** Opens the channel that is written to; tests let it fail. */
    interface Opener {
        FileChannel open(Path file) throws IOException;

        /** Whether large pieces go past the page cache, where the file system can do that. */
        default boolean direct() {
            return false;
        }
    }

    /** Opens or creates a file for writing and reading; does not follow a link that somebody put in its place. */
    static final Opener ON_DISK = new OnDisk(true);

    /** Opens files so. */
    record OnDisk(boolean direct) implements Opener {
        @Override
        public FileChannel open(Path file) throws IOException {
            return FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.READ,
                    LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static final int ATTEMPTS = 100;

    /** Pieces of fewer bytes than this always go through the page cache, and so do page descriptors. */
    private static final int LARGE = KdumpWriter.DATA_STEP;

    private final Path file;
    private final Path partial;
    private final FileChannel channel;
    private final EarlySync early;
    private final boolean mayBeDirect;
    private DirectWrites direct;
    private long directFrom = Long.MAX_VALUE;
    private boolean open = true;

    private PartialFile(Path file, Path partial, FileChannel channel, boolean mayBeDirect) {
        this.file = file;
        this.partial = partial;
        this.channel = channel;
        this.mayBeDirect = mayBeDirect;
        early = new EarlySync(channel);
    }

    /** Creates {@code NAME.partial}, or empties an older one that nobody writes to. */
    static PartialFile create(Path file, Opener opener) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Object before = fileKey(partial);
            if (before == null) {
                createEmpty(partial);
                continue;
            }
            FileChannel channel = opener.open(partial);
            try {
                if (channel.tryLock() == null) {
                    throw new FileInUseException(partial + ": is being written by another process");
                }
                // Its writer may have finished between open and lock: then this is no longer the partial file.
                if (before.equals(fileKey(partial))) {
                    channel.truncate(0);
                    return new PartialFile(file, partial, channel, opener.direct());
                }
                channel.close();
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw new FileInUseException(partial + ": is being written by this process already");
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }
        throw new FileInUseException(partial + ": changes hands again and again");
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        requireOpen();
        int length = bytes.remaining();
        long at = position;
        try {
            if (position >= directFrom) {
                endDirect();
            }
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw failed("cannot write " + length + " bytes at offset " + position, e);
        }
        syncEarly(length);
    }

    @Override
    public ByteBuffer exchange(ByteBuffer full, long position) throws IOException {
        requireOpen();
        int length = full.remaining();
        if (length < LARGE) {
            return DraftFile.super.exchange(full, position);
        }
        if (mayBeDirect && directFrom == Long.MAX_VALUE) {
            // What comes before this is in the page cache and may still be on its way to the disk: no memory page has
            // both.
            directFrom = position;
            direct = DirectWrites.open(partial, channel);
        }
        if (direct == null || !direct.takes(full, position)) {
            return DraftFile.super.exchange(full, position);
        }
        try {
            return direct.exchange(full, position);
        } catch (IOException e) {
            throw failed("cannot write " + length + " bytes before offset " + position, e);
        }
    }

    private void endDirect() throws IOException {
        if (direct != null) {
            direct.end();
        }
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
        requireOpen();
        int length = into.remaining();
        long at = position;
        try {
            while (into.hasRemaining()) {
                int step = channel.read(into, at);
                if (step < 0) {
                    throw new IOException("the file ends at offset " + at);
                }
                at += step;
            }
        } catch (IOException e) {
            throw failed("cannot read " + length + " bytes at offset " + position, e);
        }
    }

    @Override
    public void truncate(long length) throws IOException {
        requireOpen();
        try {
            channel.truncate(length);
        } catch (IOException e) {
            throw failed("cannot be cut off at offset " + length, e);
        }
    }

    @Override
    public void begin(long most) {
        // a file takes what comes
    }

    @Override
    public void reachTo(long length) throws IOException {
        requireOpen();
        boolean ends;
        try {
            ends = channel.size() < length;
        } catch (IOException e) {
            throw failed("has no size", e);
        }
        if (ends) {
            write(ByteBuffer.allocate(1), length - 1);
        }
    }

    private void syncEarly(long written) throws IOException {
        try {
            early.written(written);
        } catch (IOException e) {
            throw failed("cannot be synced", e);
        }
    }

    /** Syncs the file, gives it its final name and syncs the directory. */
    @Override
    public void commit() throws IOException {
        requireOpen();
        try {
            endDirect();
            early.end();
            channel.force(true);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed("cannot be synced and renamed to " + file.getFileName(), e);
        }
        open = false;
        closeChannels();
        Path directory = file.toAbsolutePath().getParent();
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException e) {
            throw new IOException(file + ": is written, but its directory cannot be synced: " + reason(e), e);
        }
    }

    /** Removes the file unless it was committed. */
    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            early.abandon();
            try {
                Files.deleteIfExists(partial);
            } finally {
                closeChannels();
            }
        }
    }

    private void closeChannels() throws IOException {
        DirectWrites second = direct;
        try (second) {
            channel.close();
        }
    }

    private IOException failed(String what, IOException cause) {
        String line = partial + ": " + what + ": " + reason(cause);
        IOException failure =
                DiskFullException.isReason(cause) ? new DiskFullException(line, cause) : new IOException(line, cause);
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    @Override
    public void requireOpen() throws IOException {
        if (!open) {
            throw new IOException(file + ": is no longer being written");
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such folder";
        }
        if (e instanceof AccessDeniedException) {
            return "access denied";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason.strip();
    }

    private static void createEmpty(Path partial) throws IOException {
        try {
            Files.createFile(partial, OwnerOnly.access(partial));
        } catch (FileAlreadyExistsException e) {
            // somebody else was faster; the lock decides
        } catch (IOException e) {
            throw new IOException(partial + ": cannot be created: " + reason(e), e);
        }
    }

    private static Object fileKey(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
