// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * A kdump file whose front is held in memory, for a target that can be written to but not read: headers and both bitmaps go there when all
 * else has, and pages as they come. Blocks of the front that nobody wrote to cost nothing; 64 MiB are the most for each TiB of memory.
 */
final class HeldFront implements DraftFile {
    private static final int BLOCK = 64 << 10;

    private final String name;
    private final DumpTarget.Opener opener;
    private final Map<Long, byte[]> blocks = new TreeMap<>();
    private DumpTarget target;
    private long frontEnd = Long.MAX_VALUE;
    private long end;
    private boolean open = true;

    /**
     * @param name for messages
     * @param opener begins the target when the front is known
     */
    HeldFront(String name, DumpTarget.Opener opener) {
        this.name = name;
        this.opener = opener;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        requireOpen();
        if (position >= frontEnd) {
            end = Math.max(end, position + bytes.remaining());
            target.write(bytes, position);
            return;
        }
        for (long at = position; bytes.hasRemaining(); ) {
            byte[] block = blocks.computeIfAbsent(at / BLOCK, number -> new byte[BLOCK]);
            int from = (int) (at % BLOCK);
            int step = Math.min(bytes.remaining(), BLOCK - from);
            bytes.get(block, from, step);
            at += step;
        }
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
        requireOpen();
        for (long at = position; into.hasRemaining(); ) {
            byte[] block = blocks.get(at / BLOCK);
            int from = (int) (at % BLOCK);
            int step = Math.min(into.remaining(), BLOCK - from);
            if (block == null) {
                into.put(new byte[step]);
            } else {
                into.put(block, from, step);
            }
            at += step;
        }
    }

    @Override
    public void truncate(long length) throws IOException {
        requireOpen();
        frontEnd = length;
        blocks.keySet().removeIf(number -> number * BLOCK >= length);
        byte[] last = blocks.get(length / BLOCK);
        if (last != null) {
            Arrays.fill(last, (int) (length % BLOCK), BLOCK, (byte) 0);
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
        byte[] headers = blocks.remove(0L);
        for (Map.Entry<Long, byte[]> block : blocks.entrySet()) {
            send(block.getKey(), block.getValue());
        }
        send(0, headers);
        target.commit();
        open = false;
    }

    private void send(long number, byte[] block) throws IOException {
        long at = number * BLOCK;
        target.write(ByteBuffer.wrap(block, 0, (int) Math.min(BLOCK, frontEnd - at)), at);
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
            blocks.clear();
            if (target != null) {
                target.close();
            }
        }
    }
}
