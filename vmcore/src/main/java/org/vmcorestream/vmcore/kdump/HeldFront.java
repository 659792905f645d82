// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * A kdump file whose front is kept in a file without a name, for a target that can be written to but not read: headers and both bitmaps go there when
 * all else has, and pages as they come. The file is gone when this is closed, and when this process ends in whatever way; blocks that nobody
 * wrote to are holes of it and do not go to the target. Memory is one block, whatever the size of the dump.
 */
final class HeldFront implements DraftFile {
    private static final int BLOCK = 64 << 10;

    private final String name;
    private final DumpTarget.Opener opener;
    private final Path folder;
    private final FileChannel front;

    /** Blocks of the front that were written to. */
    private final BitSet written = new BitSet();

    private DumpTarget target;
    private long frontEnd = Long.MAX_VALUE;
    private long end;
    private boolean open = true;

    private HeldFront(String name, DumpTarget.Opener opener, Path folder, FileChannel front) {
        this.name = name;
        this.opener = opener;
        this.folder = folder;
        this.front = front;
    }

    /**
     * Begins one.
     *
     * @param name for messages
     * @param folder an existing folder for the front, readable by its owner alone
     * @param opener begins the target when the front is known
     */
    static HeldFront create(String name, Path folder, DumpTarget.Opener opener) throws IOException {
        Path path;
        try {
            path = Files.createTempFile(folder, ".vmcore-stream-", ".front", OwnerOnly.access(folder));
        } catch (FileSystemException e) {
            throw new IOException(folder + ": cannot be written to, expected a folder for the headers of " + name, e);
        }
        try {
            return new HeldFront(
                    name, opener, folder, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } finally {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        requireOpen();
        if (position >= frontEnd) {
            end = Math.max(end, position + bytes.remaining());
            target.write(bytes, position);
            return;
        }
        if (bytes.hasRemaining()) {
            written.set((int) (position / BLOCK), (int) ((position + bytes.remaining() - 1) / BLOCK) + 1);
        }
        long at = position;
        try {
            while (bytes.hasRemaining()) {
                at += front.write(bytes, at);
            }
        } catch (IOException e) {
            throw failed("written", at, e);
        }
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
        requireOpen();
        long at = position;
        try {
            while (into.hasRemaining()) {
                int step = front.read(into, at);
                if (step < 0) {
                    into.put(new byte[into.remaining()]);
                }
                at += step;
            }
        } catch (IOException e) {
            throw failed("read", at, e);
        }
    }

    @Override
    public void truncate(long length) throws IOException {
        requireOpen();
        frontEnd = length;
        written.clear((int) ((length + BLOCK - 1) / BLOCK), Math.max(written.length(), (int) (length / BLOCK) + 1));
        try {
            front.truncate(length);
        } catch (IOException e) {
            throw failed("cut off", length, e);
        }
    }

    @Override
    public void begin(long most) throws IOException {
        requireOpen();
        target = opener.open(most);
    }

    @Override
    public void reachTo(long length) throws IOException {
        if (Math.max(end, frontEnd) < length) {
            write(ByteBuffer.allocate(1), length - 1);
        }
    }

    /** Sends the front, its first block last, and ends the target. */
    @Override
    public void commit() throws IOException {
        requireOpen();
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (int number = written.nextSetBit(1); number >= 0; number = written.nextSetBit(number + 1)) {
            send(number, block);
        }
        send(0, block);
        target.commit();
        open = false;
        front.close();
    }

    private void send(long number, ByteBuffer block) throws IOException {
        long at = number * BLOCK;
        read(block.clear().limit((int) Math.min(BLOCK, frontEnd - at)), at);
        target.write(block.flip(), at);
    }

    private IOException failed(String what, long position, IOException e) {
        return new IOException(
                folder + ": headers of " + name + " cannot be " + what + " at offset " + position + ": "
                        + e.getMessage(),
                e);
    }

    @Override
    public void requireOpen() throws IOException {
        if (!open) {
            throw new IOException(name + ": is no longer being written");
        }
    }

    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            try (front) {
                if (target != null) {
                    target.close();
                }
            }
        }
    }
}
