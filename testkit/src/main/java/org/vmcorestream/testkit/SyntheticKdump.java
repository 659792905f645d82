// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * A synthetic vmcore as a kdump-compressed file, 64-bit and little-endian, of any header version. Blocks are pages.
 *
 * <pre>
 *  block 0     struct disk_dump_header: 0 "KDUMP   ", 8 header_version, 12 utsname 6 x 65, 408 timestamp, 424 status,
 *              428 block_size, 432 sub_hdr_size, 436 bitmap_blocks, 440 max_mapnr, 460 nr_cpus
 *  block 1     struct kdump_sub_header, as long as its version has fields; then VMCOREINFO (version 3) or the notes (4 on)
 *                0 phys_base, 8 dump_level (1)   12 split, 16 start_pfn, 24 end_pfn (2)   32, 40 VMCOREINFO (3)
 *               48, 56 notes (4)   64, 72 eraseinfo (5)   80 start_pfn_64, 88 end_pfn_64, 96 max_mapnr_64 (6)
 *  then        1st bitmap, 2nd bitmap, descriptors (u64 offset, u32 size, u32 flags, u64 0), page data
 * </pre>
 *
 * All pages of zeros share the first page of the data. Nothing here knows the code that reads such files.
 */
public final class SyntheticKdump {
    /** Bytes of the sub header by version, from 1 on. */
    private static final int[] SUB_HEADER = {0, 16, 32, 48, 64, 80, 104};

    private static final int DESCRIPTOR = 24;

    private final SyntheticVmcore vmcore;
    private int block;
    private int version = 6;
    private KdumpStyle style = KdumpStyle.MAKEDUMPFILE;
    private LongFunction<PageCompression> compression = pfn -> PageCompression.ZLIB;
    private LongPredicate leftOut = pfn -> false;
    private LongPredicate missing = pfn -> false;
    private boolean vmcoreInfo = true;
    private long firstPfn = -1;
    private long partEnd = -1;

    private SyntheticKdump(SyntheticVmcore vmcore) {
        this.vmcore = vmcore;
        block = 1 << vmcore.pageShift();
    }

    /** A whole file of header version 6 with all pages, as makedumpfile -c -d 0 would write it. */
    public static SyntheticKdump of(SyntheticVmcore vmcore) {
        return new SyntheticKdump(vmcore);
    }

    /** With another header version, 1 to 6. */
    public SyntheticKdump version(int number) {
        version = number;
        return this;
    }

    /** With another writer's habits. */
    public SyntheticKdump style(KdumpStyle writer) {
        style = writer;
        return this;
    }

    /** With blocks of several pages, as QEMU writes where a machine has pages of several sizes. Pages are then blocks below. */
    public SyntheticKdump blockSize(int bytes) {
        block = bytes;
        return this;
    }

    /** With a codec, for each page its own. */
    public SyntheticKdump compression(LongFunction<PageCompression> ofPage) {
        compression = ofPage;
        return this;
    }

    /** Without pages: their bit in the second bitmap is clear. */
    public SyntheticKdump without(LongPredicate pages) {
        leftOut = pages;
        return this;
    }

    /** An incomplete file without pages whose bit in the second bitmap is set. */
    public SyntheticKdump missing(LongPredicate pages) {
        missing = pages;
        return this;
    }

    /** Without VMCOREINFO, wherever it would be. */
    public SyntheticKdump withoutVmcoreInfo() {
        vmcoreInfo = false;
        return this;
    }

    /** One file of a split dump: the pages of page frames {@code first} to {@code end - 1}. */
    public SyntheticKdump part(long first, long end) {
        firstPfn = first;
        partEnd = end;
        return this;
    }

    /** Whether a page is in the second bitmap. */
    public boolean holds(long pfn) {
        return any(pfn, vmcore.contents()::hasMemory) && any(pfn, vmcore.contents()::hasData) && !leftOut.test(pfn);
    }

    /** Position of the first bitmap. */
    public int bitmaps() {
        return (1 + subHeaderBlocks()) * block;
    }

    /** Position of the second bitmap. */
    public int secondBitmap() {
        return bitmaps() + bitmapBlocks() / 2 * block;
    }

    /** Position of the first descriptor. */
    public int descriptors() {
        return bitmaps() + bitmapBlocks() * block;
    }

    /** Writes the file. */
    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    /** The bytes of the file. */
    public byte[] bytes() {
        long endPfn = end();
        byte[] head = new byte[descriptors()];
        mainHeader(head);
        subHeader(head);
        byte[] extra = version == 3 ? text() : version > 3 ? notes() : new byte[0];
        System.arraycopy(extra, 0, head, block + SUB_HEADER[version], extra.length);
        ByteArrayOutputStream descriptors = new ByteArrayOutputStream();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        int all = 0;
        for (long pfn = 0; pfn < endPfn; pfn++) {
            if (any(pfn, vmcore.contents()::hasMemory) && (style != KdumpStyle.QEMU || holds(pfn))) {
                head[bitmaps() + (int) (pfn >> 3)] |= (byte) (1 << (pfn & 7));
            }
            if (holds(pfn)) {
                head[secondBitmap() + (int) (pfn >> 3)] |= (byte) (1 << (pfn & 7));
                all++;
            }
        }
        // Page data begin where those of the whole dump would.
        long dataAt = head.length + (long) all * DESCRIPTOR;
        data.writeBytes(new byte[block]);
        for (long pfn = Math.max(0, firstPfn); pfn < (partEnd < 0 ? endPfn : partEnd); pfn++) {
            if (holds(pfn)) {
                descriptors.writeBytes(store(pfn, dataAt, data));
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(head);
        file.writeBytes(descriptors.toByteArray());
        file.writeBytes(new byte[(int) (dataAt - file.size())]);
        file.writeBytes(data.toByteArray());
        return file.toByteArray();
    }

    /** Stores a page behind the others and returns its descriptor. */
    private byte[] store(long pfn, long dataAt, ByteArrayOutputStream data) {
        byte[] descriptor = new byte[DESCRIPTOR];
        if (missing.test(pfn)) {
            return descriptor;
        }
        byte[] page = contents(pfn);
        if (Arrays.equals(page, new byte[block])) {
            LittleEndian.putLong(descriptor, 0, dataAt);
            LittleEndian.putInt(descriptor, 8, block);
            return descriptor;
        }
        PageCompression codec = compression.apply(pfn);
        byte[] stored = codec.compress(page);
        boolean raw = stored.length >= block;
        LittleEndian.putLong(descriptor, 0, dataAt + data.size());
        LittleEndian.putInt(descriptor, 8, raw ? block : stored.length);
        LittleEndian.putInt(descriptor, 12, raw ? 0 : codec.flag());
        data.writeBytes(raw ? page : stored);
        return descriptor;
    }

    private void mainHeader(byte[] head) {
        System.arraycopy("KDUMP   ".getBytes(StandardCharsets.US_ASCII), 0, head, 0, 8);
        LittleEndian.putInt(head, 8, version);
        String[] names = {"Linux", "synthetic", vmcore.info("OSRELEASE"), "#1", machine(), "(none)"};
        for (int i = 0; i < names.length; i++) {
            if (names[i] != null && (style != KdumpStyle.QEMU || i == 4)) {
                byte[] name = names[i].getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(name, 0, head, 12 + i * 65, name.length);
            }
        }
        boolean incomplete = false;
        int codecs = 0;
        for (long pfn = 0; pfn < end(); pfn++) {
            incomplete |= missing.test(pfn);
            codecs = codecs == 0 ? compression.apply(pfn).flag() : codecs;
        }
        LittleEndian.putInt(head, 424, codecs | (incomplete ? 0x8 : 0));
        LittleEndian.putInt(head, 428, block);
        LittleEndian.putInt(head, 432, subHeaderBlocks());
        LittleEndian.putInt(head, 436, bitmapBlocks());
        LittleEndian.putInt(head, 440, (int) end());
        LittleEndian.putInt(head, 460, 1);
    }

    /** QEMU has a name for x86-64 alone. */
    private String machine() {
        boolean unknown = style == KdumpStyle.QEMU && !vmcore.machine().equals("x86_64");
        return unknown ? "Unknown" : vmcore.machine();
    }

    private void subHeader(byte[] head) {
        LittleEndian.putLong(head, block, style == KdumpStyle.QEMU ? 0x1234000 : vmcore.physBase());
        LittleEndian.putInt(head, block + 8, style == KdumpStyle.QEMU ? 1 : 0);
        if (version >= 2 && firstPfn >= 0) {
            LittleEndian.putInt(head, block + 12, 1);
            LittleEndian.putLong(head, block + 16, firstPfn);
            LittleEndian.putLong(head, block + 24, partEnd);
        }
        int behind = block + SUB_HEADER[version];
        if (version >= 3 && vmcoreInfo) {
            LittleEndian.putLong(
                    head, block + 32, version == 3 ? behind : behind + notes().length - padded(text().length));
            LittleEndian.putLong(head, block + 40, text().length);
        }
        if (version >= 4) {
            LittleEndian.putLong(head, block + 48, behind);
            LittleEndian.putLong(head, block + 56, notes().length);
        }
        if (version >= 6) {
            LittleEndian.putLong(head, block + 80, Math.max(0, firstPfn));
            LittleEndian.putLong(head, block + 88, Math.max(0, partEnd));
            LittleEndian.putLong(head, block + 96, end());
        }
    }

    private byte[] text() {
        return vmcoreInfo ? vmcore.vmcoreInfo().getBytes(StandardCharsets.UTF_8) : new byte[0];
    }

    private byte[] notes() {
        ByteArrayOutputStream notes = new ByteArrayOutputStream();
        ElfFile.note(notes, "CORE", 1, new byte[336]);
        if (style == KdumpStyle.QEMU) {
            ElfFile.note(notes, "QEMU", 0, new byte[440]);
        }
        if (vmcoreInfo) {
            ElfFile.note(notes, "VMCOREINFO", 0, text());
        }
        return notes.toByteArray();
    }

    private int subHeaderBlocks() {
        int extra = version == 3 ? text().length : version > 3 ? notes().length : 0;
        return blocks(SUB_HEADER[version] + extra);
    }

    private int bitmapBlocks() {
        return 2 * blocks((end() + 7) / 8);
    }

    /** Pages in a block. */
    private int pages() {
        return block >> vmcore.pageShift();
    }

    /** Block behind the last one with memory. */
    private long end() {
        return (vmcore.endPfn() + pages() - 1) / pages();
    }

    private boolean any(long number, LongPredicate ofPage) {
        return LongStream.range(number * pages(), (number + 1) * pages()).anyMatch(ofPage);
    }

    private byte[] contents(long number) {
        byte[] all = new byte[block];
        for (int i = 0; i < pages(); i++) {
            byte[] page = vmcore.page(number * pages() + i);
            System.arraycopy(page, 0, all, i * page.length, page.length);
        }
        return all;
    }

    private int blocks(long bytes) {
        return (int) ((bytes + block - 1) / block);
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }
}
