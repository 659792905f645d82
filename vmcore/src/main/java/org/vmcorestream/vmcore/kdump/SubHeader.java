// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.PfnRun;

/**
 * The beginning of block 1 of a kdump file: struct kdump_sub_header of makedumpfile, in its 64-bit layout, little-endian. All
 * offsets in it are positions in the file. It has grown from version to version; what is written is version 6.
 *
 * <pre>
 *    0  u64  phys_base
 *    8  s32  dump_level
 *   12  s32  split              0; 1: one part of several files
 *   16  u64  start_pfn          0; when split, start_pfn_64 but at most 2^32 - 1
 *   24  u64  end_pfn            0; when split, end_pfn_64 but at most 2^32 - 1
 *   32  s64  offset_vmcoreinfo  into the notes: the text of VMCOREINFO, 0 when there is none
 *   40  u64  size_vmcoreinfo
 *   48  s64  offset_note        block 1 + 104, 0 when there are none
 *   56  u64  size_note
 *   64  s64  offset_eraseinfo   0: nothing was erased
 *   72  u64  size_eraseinfo     0
 *   80  u64  start_pfn_64       0; when split, first page frame whose page the file has
 *   88  u64  end_pfn_64         0; when split, page frame behind the last one
 *   96  u64  max_mapnr_64       number of page frames
 *
 *  version   1   2   3   4   5    6
 *  bytes    16  32  48  64  80  104
 * </pre>
 *
 * Before version 6 start_pfn and end_pfn are the range, and the main header has the number of page frames. Version 3 has the text
 * of VMCOREINFO somewhere in the file by itself; from version 4 on it is in the notes. Versions 1 and 2 have neither.
 *
 * @param physBase physical address of the kernel's base
 * @param dumpLevel sum of makedumpfile's levels
 * @param split not 0 when the file is one part of several
 * @param vmcoreInfoOffset position of the text of VMCOREINFO in the file
 * @param vmcoreInfoSize its size in bytes
 * @param notesOffset position of the ELF notes in the file
 * @param notesSize their size in bytes
 * @param eraseInfoOffset position of what makedumpfile says of data that it erased
 * @param eraseInfoSize its size in bytes, 0 when nothing was erased
 * @param startPfn first page frame of a part
 * @param endPfn page frame behind the last one of a part
 * @param maxMapnr number of page frames
 */
record SubHeader(
        long physBase,
        int dumpLevel,
        int split,
        long vmcoreInfoOffset,
        long vmcoreInfoSize,
        long notesOffset,
        long notesSize,
        long eraseInfoOffset,
        long eraseInfoSize,
        long startPfn,
        long endPfn,
        long maxMapnr) {
    /** Bytes of the sub header; the notes follow. */
    static final int SIZE = 104;

    private static final int[] SIZES = {0, 16, 32, 48, 64, 80, SIZE};

    /** The first version with page frames of 64 bits. */
    private static final int FIRST_WIDE = 6;

    private static final int PHYS_BASE_OFFSET = 0;
    private static final int DUMP_LEVEL_OFFSET = 8;
    /** Where it says whether the file is a part. */
    static final int SPLIT_OFFSET = 12;

    private static final int START_PFN_32_OFFSET = 16;
    private static final int VMCOREINFO_OFFSET = 32;
    private static final int NOTES_OFFSET = 48;
    private static final int ERASE_INFO_OFFSET = 64;
    private static final int START_PFN_OFFSET = 80;

    private static final int MAX_MAPNR_OFFSET = 96;
    private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;

    /** The sub header of a new file. */
    static SubHeader of(KdumpHeader header, KdumpLayout layout) {
        int notesSize = header.notes().length;
        boolean vmcoreInfo = header.vmcoreInfoSize() > 0;
        return new SubHeader(
                header.kernel().physBase(),
                header.level(),
                header.part().isPresent() ? 1 : 0,
                vmcoreInfo ? layout.notesOffset() + header.vmcoreInfoOffset() : 0,
                vmcoreInfo ? header.vmcoreInfoSize() : 0,
                notesSize > 0 ? layout.notesOffset() : 0,
                notesSize,
                0,
                0,
                header.part().map(PfnRun::firstPfn).orElse(0L),
                header.part().map(PfnRun::endPfn).orElse(0L),
                header.endPfn());
    }

    /** Bytes of the sub header of a version, 1 to 6. */
    static int size(int version) {
        return SIZES[version];
    }

    /** Where the range of a part is. */
    static int rangeOffset(int version) {
        return version >= FIRST_WIDE ? START_PFN_OFFSET : START_PFN_32_OFFSET;
    }

    /**
     * Reads a sub header at the beginning of a little-endian buffer; nothing is checked.
     *
     * @param block {@link #SIZE} bytes, zeros where the version has nothing
     * @param main the main header, which has the rest of what older versions say
     */
    static SubHeader get(ByteBuffer block, MainHeader main) {
        boolean wide = main.version() >= FIRST_WIDE;
        int range = rangeOffset(main.version());
        return new SubHeader(
                block.getLong(PHYS_BASE_OFFSET),
                block.getInt(DUMP_LEVEL_OFFSET),
                block.getInt(SPLIT_OFFSET),
                block.getLong(VMCOREINFO_OFFSET),
                block.getLong(VMCOREINFO_OFFSET + Long.BYTES),
                block.getLong(NOTES_OFFSET),
                block.getLong(NOTES_OFFSET + Long.BYTES),
                block.getLong(ERASE_INFO_OFFSET),
                block.getLong(ERASE_INFO_OFFSET + Long.BYTES),
                block.getLong(range),
                block.getLong(range + Long.BYTES),
                wide ? block.getLong(MAX_MAPNR_OFFSET) : main.maxMapnr());
    }

    /** Writes the sub header to the beginning of a little-endian buffer of zeros. */
    void put(ByteBuffer block) {
        block.putLong(PHYS_BASE_OFFSET, physBase);
        block.putInt(DUMP_LEVEL_OFFSET, dumpLevel);
        block.putInt(SPLIT_OFFSET, split);
        block.putLong(VMCOREINFO_OFFSET, vmcoreInfoOffset);
        block.putLong(VMCOREINFO_OFFSET + Long.BYTES, vmcoreInfoSize);
        block.putLong(NOTES_OFFSET, notesOffset);
        block.putLong(NOTES_OFFSET + Long.BYTES, notesSize);
        block.putLong(ERASE_INFO_OFFSET, eraseInfoOffset);
        block.putLong(ERASE_INFO_OFFSET + Long.BYTES, eraseInfoSize);
        block.putLong(START_PFN_32_OFFSET, Math.min(startPfn, MAX_UNSIGNED_INT));
        block.putLong(START_PFN_32_OFFSET + Long.BYTES, Math.min(endPfn, MAX_UNSIGNED_INT));
        block.putLong(START_PFN_OFFSET, startPfn);
        block.putLong(START_PFN_OFFSET + Long.BYTES, endPfn);
        block.putLong(MAX_MAPNR_OFFSET, maxMapnr);
    }

    /** The sub header of the whole that a part belongs to, with what was erased somewhere else. */
    SubHeader whole(long eraseInfoOffset, long eraseInfoSize) {
        return new SubHeader(
                physBase,
                dumpLevel,
                0,
                vmcoreInfoOffset,
                vmcoreInfoSize,
                notesOffset,
                notesSize,
                eraseInfoOffset,
                eraseInfoSize,
                0,
                0,
                maxMapnr);
    }
}
