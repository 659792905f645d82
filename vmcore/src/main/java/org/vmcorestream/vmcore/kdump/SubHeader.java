// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;

/**
 * The beginning of block 1 of a kdump file: struct kdump_sub_header of makedumpfile, version 6, in its 64-bit layout,
 * little-endian. All offsets in it are positions in the file.
 *
 * <pre>
 *    0  u64  phys_base
 *    8  s32  dump_level
 *   12  s32  split              0; 1: one part of several files
 *   16  u64  start_pfn          0, only used when split
 *   24  u64  end_pfn            0, only used when split
 *   32  s64  offset_vmcoreinfo  into the notes: the text of VMCOREINFO, 0 when there is none
 *   40  u64  size_vmcoreinfo
 *   48  s64  offset_note        block 1 + 104, 0 when there are none
 *   56  u64  size_note
 *   64  s64  offset_eraseinfo   0: nothing was erased
 *   72  u64  size_eraseinfo     0
 *   80  u64  start_pfn_64       0, only used when split
 *   88  u64  end_pfn_64         0, only used when split
 *   96  u64  max_mapnr_64       number of page frames
 * </pre>
 *
 * @param physBase physical address of the kernel's base
 * @param dumpLevel sum of makedumpfile's levels
 * @param split not 0 when the file is one part of several
 * @param vmcoreInfoOffset position of the text of VMCOREINFO in the file
 * @param vmcoreInfoSize its size in bytes
 * @param notesOffset position of the ELF notes in the file
 * @param notesSize their size in bytes
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
        long maxMapnr) {
    /** Bytes of the sub header; the notes follow. */
    static final int SIZE = 104;

    private static final int PHYS_BASE_OFFSET = 0;
    private static final int DUMP_LEVEL_OFFSET = 8;
    private static final int SPLIT_OFFSET = 12;
    private static final int VMCOREINFO_OFFSET = 32;
    private static final int NOTES_OFFSET = 48;
    private static final int MAX_MAPNR_OFFSET = 96;

    /** The sub header of a new file. */
    static SubHeader of(KdumpHeader header, KdumpLayout layout) {
        int notesSize = header.notes().length;
        boolean vmcoreInfo = header.vmcoreInfoSize() > 0;
        return new SubHeader(
                header.kernel().physBase(),
                header.level(),
                0,
                vmcoreInfo ? layout.notesOffset() + header.vmcoreInfoOffset() : 0,
                vmcoreInfo ? header.vmcoreInfoSize() : 0,
                notesSize > 0 ? layout.notesOffset() : 0,
                notesSize,
                header.endPfn());
    }

    /** Reads a sub header at the beginning of a little-endian buffer; nothing is checked. */
    static SubHeader get(ByteBuffer block) {
        return new SubHeader(
                block.getLong(PHYS_BASE_OFFSET),
                block.getInt(DUMP_LEVEL_OFFSET),
                block.getInt(SPLIT_OFFSET),
                block.getLong(VMCOREINFO_OFFSET),
                block.getLong(VMCOREINFO_OFFSET + Long.BYTES),
                block.getLong(NOTES_OFFSET),
                block.getLong(NOTES_OFFSET + Long.BYTES),
                block.getLong(MAX_MAPNR_OFFSET));
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
        block.putLong(MAX_MAPNR_OFFSET, maxMapnr);
    }
}
