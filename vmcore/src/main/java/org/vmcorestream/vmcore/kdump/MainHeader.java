// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vmcorestream.vmcore.KernelIdentity;

/**
 * Block 0 of a kdump file: struct disk_dump_header of makedumpfile in its 64-bit layout, little-endian.
 *
 * <pre>
 *     0  char[8]      signature         "KDUMP   "
 *     8  s32          header_version    6; 1 to 6 can be read, they differ in the sub header
 *    12  char[6][65]  utsname           sysname, nodename, release, version, machine, domainname; each ends with a NUL
 *   402  6 bytes      padding           0
 *   408  s64          timestamp.tv_sec  when the kernel crashed
 *   416  s64          timestamp.tv_usec 0, see below
 *   424  u32          status            codec flag | 0x8 when incomplete | 0x10 when parts of vmemmap are left out
 *   428  s32          block_size        page size in bytes
 *   432  s32          sub_hdr_size      blocks of the sub header and the notes
 *   436  u32          bitmap_blocks     blocks of both bitmaps
 *   440  u32          max_mapnr         at most 2^32 - 1, the sub header has all 64 bits
 *   444  u32          total_ram_blocks  0: these four are left over from diskdump, nobody sets them
 *   448  u32          device_blocks     0
 *   452  u32          written_blocks    0
 *   456  u32          current_cpu       0
 *   460  s32          nr_cpus           above 0, or crash complains
 *   464               padding           0, to the end of the block
 * </pre>
 *
 * tv_usec stays 0 for a reason: libkdumpfile tries the 32-bit layout first, and there the same bytes are the block size. A
 * number of microseconds between 4,096 and 65,536 could pass for one.
 *
 * @param version header version, 1 to 6
 * @param kernel utsname and CPUs; build id and physical base are not part of this header
 * @param timestamp seconds since 1970-01-01 UTC
 * @param status flags
 * @param blockSize page size in bytes
 * @param subHeaderBlocks blocks of the sub header and the notes
 * @param bitmapBlocks blocks of both bitmaps, unsigned 32 bits
 * @param maxMapnr number of page frames, unsigned 32 bits
 */
record MainHeader(
        int version,
        KernelIdentity kernel,
        long timestamp,
        int status,
        int blockSize,
        int subHeaderBlocks,
        long bitmapBlocks,
        long maxMapnr) {
    /** Bytes of the header, without the padding of its block. */
    static final int SIZE = 464;

    /** The version that is written. */
    static final int VERSION = 6;

    /** Pages are missing: their descriptors have offset 0. DUMP_DH_COMPRESSED_INCOMPLETE. */
    static final int STATUS_INCOMPLETE = 0x8;

    /** Parts of the memory map are left out: they describe excluded pages alone. DUMP_DH_EXCLUDED_VMEMMAP. */
    static final int STATUS_EXCLUDED_VMEMMAP = 0x10;

    private static final byte[] SIGNATURE = "KDUMP   ".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_OFFSET = 8;
    private static final int UTSNAME_OFFSET = VERSION_OFFSET + Integer.BYTES;
    private static final int UTSNAME_FIELDS = 6;
    private static final int UTSNAME_FIELD_SIZE = 65;
    private static final int TIMESTAMP_OFFSET = 408;
    private static final int STATUS_OFFSET = TIMESTAMP_OFFSET + 2 * Long.BYTES;

    private static final int BLOCK_SIZE_OFFSET = STATUS_OFFSET + Integer.BYTES;
    private static final int SUB_HEADER_BLOCKS_OFFSET = BLOCK_SIZE_OFFSET + Integer.BYTES;
    private static final int BITMAP_BLOCKS_OFFSET = SUB_HEADER_BLOCKS_OFFSET + Integer.BYTES;
    private static final int MAX_MAPNR_OFFSET = BITMAP_BLOCKS_OFFSET + Integer.BYTES;
    private static final int CPUS_OFFSET = MAX_MAPNR_OFFSET + 5 * Integer.BYTES;
    private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;

    /** The header of a new file. */
    static MainHeader of(KdumpHeader header, KdumpLayout layout, boolean incomplete) {
        return new MainHeader(
                VERSION,
                header.kernel(),
                header.crashTime(),
                header.codec().kdumpFlag()
                        | (incomplete ? STATUS_INCOMPLETE : 0)
                        | (header.vmemmapExcluded() ? STATUS_EXCLUDED_VMEMMAP : 0),
                header.pageSize(),
                layout.subHeaderBlocks(),
                layout.bitmapBlocks(),
                Math.min(header.endPfn(), MAX_UNSIGNED_INT));
    }

    /** Whether the signature is that of a kdump file. */
    static boolean hasSignature(ByteBuffer block) {
        return startsWith(block, SIGNATURE);
    }

    /** Whether a file begins with these bytes. */
    static boolean startsWith(ByteBuffer block, byte[] expected) {
        byte[] found = new byte[Math.min(expected.length, block.limit())];
        block.get(0, found);
        return Arrays.equals(found, expected);
    }

    /** The header version. */
    static int version(ByteBuffer block) {
        return block.getInt(VERSION_OFFSET);
    }

    /** Reads a header that has the right signature and version; nothing else is checked. */
    static MainHeader get(ByteBuffer block) {
        String[] names = new String[UTSNAME_FIELDS];
        for (int i = 0; i < UTSNAME_FIELDS; i++) {
            names[i] = name(block, UTSNAME_OFFSET + i * UTSNAME_FIELD_SIZE);
        }
        KernelIdentity kernel = new KernelIdentity(
                names[0], names[1], names[2], names[3], names[4], names[5], "", block.getInt(CPUS_OFFSET), 0);
        return new MainHeader(
                version(block),
                kernel,
                block.getLong(TIMESTAMP_OFFSET),
                block.getInt(STATUS_OFFSET),
                block.getInt(BLOCK_SIZE_OFFSET),
                block.getInt(SUB_HEADER_BLOCKS_OFFSET),
                Integer.toUnsignedLong(block.getInt(BITMAP_BLOCKS_OFFSET)),
                Integer.toUnsignedLong(block.getInt(MAX_MAPNR_OFFSET)));
    }

    /** Writes the header to the beginning of a little-endian block of zeros. */
    void put(ByteBuffer block) {
        block.put(0, SIGNATURE);
        block.putInt(VERSION_OFFSET, version);
        String[] names = {
            kernel.sysname(),
            kernel.nodename(),
            kernel.release(),
            kernel.version(),
            kernel.machine(),
            kernel.domainname()
        };
        for (int i = 0; i < UTSNAME_FIELDS; i++) {
            byte[] name = names[i].getBytes(StandardCharsets.UTF_8);
            block.put(UTSNAME_OFFSET + i * UTSNAME_FIELD_SIZE, name, 0, Math.min(name.length, UTSNAME_FIELD_SIZE - 1));
        }
        block.putLong(TIMESTAMP_OFFSET, timestamp);
        block.putInt(STATUS_OFFSET, status);
        block.putInt(BLOCK_SIZE_OFFSET, blockSize);
        block.putInt(SUB_HEADER_BLOCKS_OFFSET, subHeaderBlocks);
        block.putInt(BITMAP_BLOCKS_OFFSET, (int) bitmapBlocks);
        block.putInt(MAX_MAPNR_OFFSET, (int) maxMapnr);
        block.putInt(CPUS_OFFSET, Math.max(1, kernel.cpus()));
    }

    /**
     * Makes the header of another file that holds the same dump of the header of one that stands in a block.
     *
     * @param layout of the other file
     * @param endPfn number of page frames
     */
    static void putLayout(ByteBuffer block, KdumpLayout layout, long endPfn, int status) {
        block.putInt(VERSION_OFFSET, VERSION);
        block.putInt(STATUS_OFFSET, status);
        block.putInt(SUB_HEADER_BLOCKS_OFFSET, layout.subHeaderBlocks());
        block.putInt(BITMAP_BLOCKS_OFFSET, (int) layout.bitmapBlocks());
        block.putInt(MAX_MAPNR_OFFSET, (int) Math.min(endPfn, MAX_UNSIGNED_INT));
    }

    private static String name(ByteBuffer block, int offset) {
        byte[] field = new byte[UTSNAME_FIELD_SIZE];
        block.get(offset, field);
        int length = 0;
        while (length < field.length && field[length] != 0) {
            length++;
        }
        return new String(field, 0, length, StandardCharsets.UTF_8);
    }
}
