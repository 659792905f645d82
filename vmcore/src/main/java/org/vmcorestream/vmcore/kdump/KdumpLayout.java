// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

/**
 * Where the parts of a kdump file lie. Blocks are of the page size; P is the number of kept pages, X the blocks of one bitmap.
 *
 * <pre>
 *   block 0          main header
 *   block 1          sub header (104 bytes), ELF notes behind it, padded to whole blocks
 *   block 1 + S      1st bitmap, X blocks: memory that exists
 *   block 1 + S + X  2nd bitmap, X blocks: pages that are kept
 *   block 1 + S + 2X P page descriptors of 24 bytes, in order of page frames
 *   right behind     page data, in any order
 * </pre>
 *
 * The source of these facts is the file IMPLEMENTATION of makedumpfile, and there write_kdump_header() and
 * prepare_bitmap2_buffer().
 *
 * @param pageSize block size in bytes
 * @param subHeaderBlocks S, blocks of the sub header with the notes behind it
 * @param bitmapBlocks 2X, blocks of both bitmaps together
 */
record KdumpLayout(int pageSize, int subHeaderBlocks, long bitmapBlocks) {
    /** Most page frames: 512 TiB at 4 KiB pages. */
    static final long MAX_END_PFN = 1L << 37;

    /** Whether a page size can be that of a kdump file: a power of two from 4 KiB to 64 KiB. */
    static boolean isPageSize(int pageSize) {
        return pageSize >= 4096 && pageSize <= 65_536 && Integer.bitCount(pageSize) == 1;
    }

    /** The layout of a new file. */
    static KdumpLayout of(int pageSize, long endPfn, int notesSize) {
        long bitmapBytes = divideUp(endPfn, Byte.SIZE);
        return new KdumpLayout(
                pageSize,
                (int) divideUp((long) SubHeader.SIZE + notesSize, pageSize),
                2 * divideUp(bitmapBytes, pageSize));
    }

    /** Where the notes begin. */
    long notesOffset() {
        return (long) pageSize + SubHeader.SIZE;
    }

    /** Where the first bitmap begins. */
    long presentOffset() {
        return (1L + subHeaderBlocks) * pageSize;
    }

    /** Bytes of one bitmap, padding included. */
    long bitmapSize() {
        return bitmapBlocks / 2 * pageSize;
    }

    /** Where the second bitmap begins. */
    long keptOffset() {
        return presentOffset() + bitmapSize();
    }

    /** Where the page descriptors begin. */
    long descriptorsOffset() {
        return presentOffset() + bitmapBlocks * pageSize;
    }

    /** Where the descriptor of the kept page number {@code index}, counted from 0, lies; for P, where page data begin. */
    long descriptorOffset(long index) {
        return descriptorsOffset() + index * PageDescriptor.SIZE;
    }

    private static long divideUp(long amount, long unit) {
        return (amount + unit - 1) / unit;
    }
}
