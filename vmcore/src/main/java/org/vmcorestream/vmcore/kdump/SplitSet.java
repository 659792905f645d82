// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;

/** Whether files are the parts of one dump, all of them, each once. Each refusal names the file that is at fault. */
final class SplitSet {
    private SplitSet() {}

    /**
     * Puts parts in the order of their page frames; their bitmaps are compared.
     *
     * @throws VmcoreException when they are not those of one dump, some are missing or some overlap
     */
    static List<StoredPart> of(List<StoredPart> parts) throws IOException {
        StoredPart first = parts.get(0);
        for (StoredPart part : parts) {
            requireSameHeaders(part, first);
        }
        List<StoredPart> ordered = parts.stream()
                .sorted(Comparator.comparingLong(StoredPart::startPfn).thenComparingLong(StoredPart::endPfn))
                .toList();
        requireAll(ordered);
        ByteBuffer a = ByteBuffer.allocate(BitmapWords.WINDOW).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer b = ByteBuffer.allocate(BitmapWords.WINDOW).order(ByteOrder.LITTLE_ENDIAN);
        for (StoredPart part : parts) {
            if (part != first) {
                requireSameNotes(part, first, a, b);
                long end = part.sub().maxMapnr();
                BoundedInput mine = part.file();
                BoundedInput other = first.file();
                BitmapWords.requireSame("1st bitmap", mine, other, part.layout().presentOffset(), end, a, b);
                BitmapWords.requireSame("2nd bitmap", mine, other, part.layout().keptOffset(), end, a, b);
            }
        }
        return ordered;
    }

    private static void requireAll(List<StoredPart> ordered) throws VmcoreException {
        long next = 0;
        StoredPart before = null;
        for (StoredPart part : ordered) {
            if (part.startPfn() < next) {
                throw new VmcoreException(part.path() + ": begins at page frame " + part.startPfn() + ", expected "
                        + next + ": " + before.path() + " has the pages up to there");
            }
            if (part.startPfn() > next) {
                throw new VmcoreException(part.path() + ": begins at page frame " + part.startPfn() + ", expected "
                        + next + ": no file has the pages between");
            }
            next = part.endPfn();
            before = part;
        }
        if (next != before.sub().maxMapnr()) {
            throw new VmcoreException(before.path() + ": ends before page frame " + next + ", expected "
                    + before.sub().maxMapnr() + ", the end of the dump: no file has the pages from there on");
        }
    }

    private static void requireSameHeaders(StoredPart part, StoredPart first) throws VmcoreException {
        MainHeader mine = part.main();
        MainHeader other = first.main();
        require(part, first, "header_version", 8, mine.version(), other.version());
        require(
                part,
                first,
                "sysname",
                12,
                mine.kernel().sysname(),
                other.kernel().sysname());
        require(
                part,
                first,
                "nodename",
                77,
                mine.kernel().nodename(),
                other.kernel().nodename());
        require(
                part,
                first,
                "release",
                142,
                mine.kernel().release(),
                other.kernel().release());
        require(
                part,
                first,
                "version",
                207,
                mine.kernel().version(),
                other.kernel().version());
        require(
                part,
                first,
                "machine",
                272,
                mine.kernel().machine(),
                other.kernel().machine());
        require(
                part,
                first,
                "domainname",
                337,
                mine.kernel().domainname(),
                other.kernel().domainname());
        require(part, first, "timestamp", 408, mine.timestamp(), other.timestamp());
        int incomplete = MainHeader.STATUS_INCOMPLETE;
        require(part, first, "status", 424, mine.status() & ~incomplete, other.status() & ~incomplete);
        require(part, first, "block_size", 428, mine.blockSize(), other.blockSize());
        require(part, first, "sub_hdr_size", 432, mine.subHeaderBlocks(), other.subHeaderBlocks());
        require(part, first, "bitmap_blocks", 436, mine.bitmapBlocks(), other.bitmapBlocks());
        require(part, first, "max_mapnr", 440, mine.maxMapnr(), other.maxMapnr());
        require(
                part,
                first,
                "nr_cpus",
                460,
                mine.kernel().cpus(),
                other.kernel().cpus());
        int sub = mine.blockSize();
        SubHeader its = part.sub();
        SubHeader expected = first.sub();
        require(part, first, "phys_base", sub, its.physBase(), expected.physBase());
        require(part, first, "dump_level", sub + 8, its.dumpLevel(), expected.dumpLevel());
        require(part, first, "offset_vmcoreinfo", sub + 32, its.vmcoreInfoOffset(), expected.vmcoreInfoOffset());
        require(part, first, "size_vmcoreinfo", sub + 40, its.vmcoreInfoSize(), expected.vmcoreInfoSize());
        require(part, first, "offset_note", sub + 48, its.notesOffset(), expected.notesOffset());
        require(part, first, "size_note", sub + 56, its.notesSize(), expected.notesSize());
        require(part, first, "max_mapnr_64", sub + 96, its.maxMapnr(), expected.maxMapnr());
    }

    private static void require(
            StoredPart part, StoredPart first, String field, int offset, Object found, Object expected)
            throws VmcoreException {
        if (!found.equals(expected)) {
            throw new VmcoreException(part.path() + ": is of another dump than " + first.path() + ": " + field
                    + " at offset " + offset + " is " + line(found) + ", expected " + line(expected));
        }
    }

    /** Text of a header, in which anything can be. */
    private static String line(Object value) {
        return String.valueOf(value).replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}]", "?");
    }

    /** Compares what lies between sub header and bitmaps. */
    private static void requireSameNotes(StoredPart part, StoredPart first, ByteBuffer a, ByteBuffer b)
            throws IOException {
        long end = part.layout().presentOffset();
        long begin = part.layout().pageSize() + SubHeader.size(part.main().version());
        for (long at = begin; at < end; ) {
            int step = (int) Math.min(a.capacity(), end - at);
            part.file().read("notes", at, a.clear().limit(step));
            first.file().read("notes", at, b.clear().limit(step));
            int different = a.flip().mismatch(b.flip());
            if (different >= 0) {
                throw new VmcoreException(
                        part.path() + ": is of another dump than " + first.path() + ": its notes have "
                                + (a.get(different) & 0xff) + " at offset " + (at + different) + ", expected "
                                + (b.get(different) & 0xff));
            }
            at += step;
        }
    }
}
