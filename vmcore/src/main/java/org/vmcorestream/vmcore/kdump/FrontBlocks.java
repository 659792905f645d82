// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.vmcorestream.vmcore.memory.RunLookup;

/**
 * What lies between the main header and the page descriptors: the sub header with the notes, and both bitmaps. Bitmaps are looked
 * at once more from one end to the other, a window at a time, for their CRC and for the number of kept pages; windows of zeros stay holes.
 */
final class FrontBlocks {
    private static final int STEP = 64 << 10;

    private final DraftFile file;
    private final KdumpLayout layout;
    private final SparseCrc header = new SparseCrc();
    private final SparseCrc first = new SparseCrc();
    private final SparseCrc second = new SparseCrc();
    private long keptPages;

    FrontBlocks(DraftFile file, KdumpLayout layout) {
        this.file = file;
        this.layout = layout;
    }

    /** Writes the sub header and the notes. */
    void put(KdumpHeader its) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(layout.subHeaderBlocks() * layout.pageSize())
                .order(ByteOrder.LITTLE_ENDIAN);
        SubHeader.of(its, layout).put(block);
        block.put(SubHeader.SIZE, its.notes());
        header.add(block);
        for (int at = 0; at < block.capacity(); at += STEP) {
            file.write(block.slice(at, Math.min(STEP, block.capacity() - at)), layout.pageSize() + (long) at);
        }
    }

    /**
     * Writes the first bitmap, and what of the second one is not in the file yet.
     *
     * @throws IllegalArgumentException when a page frame is in the second one alone
     */
    void put(RunLookup present, DraftBitmap kept) throws IOException {
        FileWindows windows = kept.windows();
        windows.flush();
        ByteBuffer memory = ByteBuffer.allocate(windows.size()).order(ByteOrder.LITTLE_ENDIAN);
        long pfns = (long) windows.size() * Byte.SIZE;
        for (long window = 0; window < windows.windows(); window++) {
            int bytes = windows.bytes(window);
            long base = window * pfns;
            memory.limit(bytes);
            boolean any = fill(memory, base, Math.min(kept.endPfn(), base + pfns), present);
            if (any) {
                file.write(memory.duplicate(), layout.presentOffset() + window * windows.size());
                first.add(memory);
            } else {
                first.addZeros(bytes);
            }
            ByteBuffer stay = windows.look(window);
            if (stay == null) {
                second.addZeros(bytes);
            } else {
                count(stay, any ? memory : null, bytes, base);
                second.add(stay.duplicate().clear().limit(bytes));
            }
        }
    }

    /** Makes a window of the first bitmap unless all of it is zeros; then it says so, and leaves the window as it was. */
    private static boolean fill(ByteBuffer into, long base, long end, RunLookup present) {
        if (!present.contains(base) && present.nextChange(base) >= end) {
            return false;
        }
        Arrays.fill(into.array(), (byte) 0);
        for (long pfn = base; pfn < end; ) {
            long until = Math.min(end, present.nextChange(pfn));
            if (present.contains(pfn)) {
                set(into, pfn - base, until - base);
            }
            pfn = until;
        }
        return true;
    }

    private static void set(ByteBuffer into, long first, long end) {
        for (long bit = first; bit < end; bit = (bit | 63) + 1) {
            int at = (int) (bit >>> 6) << 3;
            long word = -1L << bit;
            if ((bit | 63) >= end) {
                word &= -1L >>> -end;
            }
            into.putLong(at, into.getLong(at) | word);
        }
    }

    /** Counts the bits of a window of the second bitmap; {@code memory} is that of the first, null when it is all zeros. */
    private void count(ByteBuffer stay, ByteBuffer memory, int bytes, long base) {
        for (int i = 0; i < bytes; i += Long.BYTES) {
            long word = stay.getLong(i);
            long stray = memory == null ? word : word & ~memory.getLong(i);
            if (stray != 0) {
                throw new IllegalArgumentException(
                        "page frame " + (base + i * (long) Byte.SIZE + Long.numberOfTrailingZeros(stray))
                                + " is kept but not in the first bitmap");
            }
            keptPages += Long.bitCount(word);
        }
    }

    /** Bits set in the second bitmap. */
    long keptPages() {
        return keptPages;
    }

    /** CRC-32C of a file that begins with {@code before}, after these blocks. */
    int crcBehind(int before) {
        int crc = before;
        for (SparseCrc part : new SparseCrc[] {header, first, second}) {
            crc = Crc32cCombine.combine(crc, part.crc(), part.length());
        }
        return crc;
    }
}
