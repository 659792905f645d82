// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * Puts the pages of parts, one part after the other, into the file of the whole. Descriptors are read and written a window at a
 * time; page data are copied in runs as long as they lie one behind the other in the part, without coming into this process. All
 * pages of zeros share one page, as they do in each part. Belongs to one thread.
 */
final class PageJoiner {
    private static final int WINDOW_PAGES = 16_384;

    /** Bytes of a raw page that are looked at before the rest of it. */
    private static final int PROBE = 64;

    private final PartialFile out;
    private final SplitDump.Progress progress;
    private final int pageSize;
    private final boolean zeroPageFirst;
    private final long dataOffset;
    private final long total;
    private final WriteWindow descriptors;
    private final ByteBuffer window =
            ByteBuffer.allocateDirect(WINDOW_PAGES * PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer page;

    private long end;
    private long zeroPage;
    private long pages;
    private long zeroPages;
    private long missing;

    private SplitPart part;
    private long partZeroPage;
    private boolean zeroPageKnown;
    private long copied;
    private long runStart;
    private long runLength;

    /**
     * @param first any part
     * @param total pages of all parts
     */
    PageJoiner(PartialFile out, SplitPart first, long total, SplitDump.Progress progress) throws IOException {
        this.out = out;
        this.progress = progress;
        this.total = total;
        KdumpLayout layout = first.layout();
        pageSize = layout.pageSize();
        page = ByteBuffer.allocateDirect(pageSize);
        dataOffset = layout.descriptorOffset(total);
        end = dataOffset;
        descriptors = new WriteWindow(out, layout.descriptorsOffset(), WINDOW_PAGES * PageDescriptor.SIZE);
        zeroPageFirst = (first.sub().dumpLevel() & KdumpWriter.LEVEL_ZERO_PAGES) != 0;
        if (zeroPageFirst) {
            putZeroPage();
        }
    }

    /** Adds the pages of the part that comes next. */
    void add(SplitPart next) throws IOException {
        part = next;
        copied = 0;
        partZeroPage = 0;
        // With level 1 in the dump level the zero page is where the page data of the whole begin, in each part.
        zeroPageKnown = zeroPageFirst && part.file().holds(dataOffset, pageSize) && isZero(dataOffset);
        if (zeroPageKnown) {
            partZeroPage = dataOffset;
        }
        for (long index = 0; index < part.pages(); ) {
            int step = (int) Math.min(WINDOW_PAGES, part.pages() - index);
            int there = (int) Math.max(0, Math.min(step, part.described() - index));
            if (there > 0) {
                long offset = part.layout().descriptorOffset(index);
                part.file().read("page descriptors", offset, window.clear().limit(there * PageDescriptor.SIZE));
                window.flip();
            }
            for (int i = 0; i < step; i++) {
                add(index + i, i < there ? PageDescriptor.get(window) : PageDescriptor.MISSING);
            }
            copyRun();
            index += step;
            pages += step;
            progress.at(pages, total);
        }
    }

    private void add(long index, PageDescriptor found) throws IOException {
        if (found.missing() || part.incomplete() && !part.file().holds(found.offset(), found.size())) {
            if (!part.incomplete()) {
                throw bad(index, found, "a page: the file does not say that it is incomplete");
            }
            missing++;
            put(0, 0, 0);
            return;
        }
        check(index, found);
        if (found.flags() == 0 && isZeroPage(found.offset())) {
            if (zeroPage == 0) {
                copyRun();
                putZeroPage();
            }
            zeroPages++;
            put(zeroPage, pageSize, 0);
            return;
        }
        if (runLength == 0 || found.offset() != runStart + runLength) {
            copyRun();
            runStart = found.offset();
        }
        put(end + runLength, found.size(), found.flags());
        runLength += found.size();
    }

    private void check(long index, PageDescriptor found) throws VmcoreException {
        int codec = part.main().status() & KdumpFileHeaders.CODEC_FLAGS;
        if (found.flags() != 0 && found.flags() != codec) {
            throw bad(index, found, "flags 0x0" + (codec == 0 ? "" : " or 0x" + Integer.toHexString(codec)));
        }
        if (found.flags() == 0 ? found.size() != pageSize : found.size() < 1 || found.size() > pageSize) {
            throw bad(index, found, (found.flags() == 0 ? "" : "1 to ") + pageSize + " bytes");
        }
        long data = part.layout().descriptorOffset(part.pages());
        if (found.offset() < data || !part.file().holds(found.offset(), found.size())) {
            throw bad(
                    index,
                    found,
                    "them between offset " + data + " and the end of the file at "
                            + part.file().size());
        }
        // Nobody but zero pages shares data: without this limit a small file could make a huge one.
        copied += found.flags() == 0 && found.offset() == partZeroPage ? 0 : found.size();
        if (copied > part.file().size() - data) {
            throw bad(
                    index,
                    found,
                    "no more than " + (part.file().size() - data)
                            + " bytes of pages together, which is what the file has");
        }
    }

    private VmcoreException bad(long index, PageDescriptor found, String expected) {
        return new VmcoreException(part.path() + ": page descriptor " + index + " at offset "
                + part.layout().descriptorOffset(index) + " has " + Integer.toUnsignedString(found.size())
                + " bytes at offset " + Long.toUnsignedString(found.offset()) + " with flags 0x"
                + Integer.toHexString(found.flags()) + ", expected " + expected);
    }

    /** Whether a raw page is the one that the zero pages of this part share. */
    private boolean isZeroPage(long offset) throws IOException {
        if (!zeroPageKnown && isZero(offset)) {
            partZeroPage = offset;
            zeroPageKnown = true;
        }
        return zeroPageKnown && offset == partZeroPage;
    }

    private boolean isZero(long offset) throws IOException {
        return isZero(offset, PROBE) && isZero(offset + PROBE, pageSize - PROBE);
    }

    private boolean isZero(long offset, int length) throws IOException {
        part.file().read("raw page", offset, page.clear().limit(length));
        for (int i = 0; i < length; i += Long.BYTES) {
            if (page.getLong(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private void put(long offset, int size, int flags) throws IOException {
        PageDescriptor.put(descriptors.room(PageDescriptor.SIZE), offset, size, flags);
    }

    private void putZeroPage() throws IOException {
        zeroPage = end;
        out.write(ByteBuffer.allocate(pageSize), end);
        end += pageSize;
    }

    private void copyRun() throws IOException {
        if (runLength > 0) {
            part.file().copyTo("pages", runStart, runLength, out, end);
            end += runLength;
            runLength = 0;
        }
    }

    /** Writes what is left of the descriptors; nothing can be added any more. */
    void finish() throws IOException {
        descriptors.flush();
    }

    /** Where page data end. */
    long end() {
        return end;
    }

    /** Pages of zeros. */
    long zeroPages() {
        return zeroPages;
    }

    /** Pages that no part has. */
    long missing() {
        return missing;
    }
}
