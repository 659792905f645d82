// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.file.DumpTarget;

/**
 * Writes a stored dump as one kdump file. Bitmaps, descriptors and page data each grow through a window of their own; both headers, which
 * say how it ended, are written last. The same dump in the same codec gives the same bytes.
 */
final class KdumpExport {
    private static final int BITMAP_WINDOW = 256 << 10;

    private final StoredDump dump;
    private final KdumpHeader header;
    private final KdumpLayout layout;
    private final PageCodec codec;
    private final DumpTarget out;
    private final int pageSize;
    private final WriteWindow descriptors;
    private final WriteWindow data;
    private long zeroPage;
    private long zeroPages;
    private long missing;

    /** @param codec of the pages, one that a kdump file can hold; null for a file of raw pages */
    KdumpExport(StoredDump dump, PageCodec codec, DumpTarget out) {
        if (codec != null && !codec.storable()) {
            throw new IllegalArgumentException("codec " + codec + ", expected one that kdump files know");
        }
        this.dump = dump;
        this.codec = codec;
        this.out = out;
        header = dump.header();
        pageSize = header.pageSize();
        layout = KdumpLayout.of(pageSize, header.endPfn(), header.notes().length);
        descriptors =
                new WriteWindow(out, layout.descriptorsOffset(), KdumpWriter.DESCRIPTOR_STEP, PageDescriptor.SIZE);
        data = new WriteWindow(out, layout.descriptorOffset(dump.pages()), KdumpWriter.DATA_STEP, pageSize);
    }

    /** Most bytes of the file: no page shrinks, and there is one of zeros. */
    static long most(StoredDump dump) throws IOException {
        KdumpHeader header = dump.header();
        KdumpLayout layout = KdumpLayout.of(header.pageSize(), header.endPfn(), header.notes().length);
        return layout.descriptorOffset(dump.pages()) + (dump.pages() + 1) * header.pageSize() + dump.eraseInfo().length;
    }

    DumpExport.Summary write(DumpExport.Progress progress) throws IOException {
        byte[] erased = dump.eraseInfo();
        copyBitmaps();
        if ((header.level() & KdumpWriter.LEVEL_ZERO_PAGES) != 0) {
            putZeroPage();
        }
        long total = dump.pages();
        try (RecodedPages pages = new RecodedPages(dump, codec)) {
            long done = 0;
            while (pages.next()) {
                add(pages);
                if ((++done & 0x3fff) == 0) {
                    progress.at(done, total);
                }
            }
        }
        long end = data.end();
        putEraseInfo(erased);
        descriptors.flush();
        data.flush();
        putHeaders(erased.length == 0 ? 0 : end, erased.length);
        progress.at(total, total);
        return new DumpExport.Summary(
                Math.max(data.end(), descriptors.end()), total, zeroPages, missing, dump.incomplete(), 0, 0);
    }

    private void add(RecodedPages page) throws IOException {
        switch (page.kind()) {
            case MISSING -> {
                missing++;
                putDescriptor(0, 0, 0);
            }
            case ZERO -> addZeroPage();
            case RAW -> put(page, 0);
            default -> put(page, codec.kdumpFlag());
        }
    }

    private void addZeroPage() throws IOException {
        if (zeroPage == 0) {
            putZeroPage();
        }
        zeroPages++;
        putDescriptor(zeroPage, pageSize, 0);
    }

    private void put(RecodedPages page, int flags) throws IOException {
        int length = page.length();
        ByteBuffer into = data.room(length);
        putDescriptor(data.end(), length, flags);
        into.put(into.position(), page.bytes(), page.index(), length);
        into.position(into.position() + length);
    }

    private void putDescriptor(long offset, int size, int flags) throws IOException {
        PageDescriptor.put(descriptors.room(PageDescriptor.SIZE), offset, size, flags);
    }

    private void putZeroPage() throws IOException {
        ByteBuffer into = data.room(pageSize);
        zeroPage = data.end();
        for (int i = 0; i < pageSize; i += Long.BYTES) {
            into.putLong(0);
        }
    }

    private void putEraseInfo(byte[] erased) throws IOException {
        for (int at = 0; at < erased.length; ) {
            int step = Math.min(erased.length - at, pageSize);
            data.room(step).put(erased, at, step);
            at += step;
        }
    }

    /** Copies both bitmaps, which may have more padding in the dump than here. */
    private void copyBitmaps() throws IOException {
        StoredPart first = dump.parts().get(0);
        ByteBuffer window = ByteBuffer.allocateDirect(BITMAP_WINDOW);
        long[] from = {first.layout().presentOffset(), first.layout().keptOffset()};
        long[] to = {layout.presentOffset(), layout.keptOffset()};
        for (int i = 0; i < from.length; i++) {
            for (long at = 0; at < layout.bitmapSize(); ) {
                int step = (int) Math.min(BITMAP_WINDOW, layout.bitmapSize() - at);
                first.file().read("bitmaps", from[i] + at, window.clear().limit(step));
                out.write(window.flip(), to[i] + at);
                at += step;
            }
        }
    }

    /** The main header is that of the dump as it stands, but for what says how the file is laid out, and how it ended. */
    private void putHeaders(long erasedOffset, int erasedSize) throws IOException {
        ByteBuffer front = ByteBuffer.allocate((int) layout.presentOffset()).order(ByteOrder.LITTLE_ENDIAN);
        StoredPart first = dump.parts().get(0);
        first.file().read("main header", 0, front.limit(MainHeader.SIZE));
        int status = first.main().status() & ~(StoredHeaders.CODEC_FLAGS | MainHeader.STATUS_INCOMPLETE)
                | (codec == null ? 0 : codec.kdumpFlag())
                | (dump.incomplete() ? MainHeader.STATUS_INCOMPLETE : 0);
        MainHeader.putLayout(front.clear(), layout, header.endPfn(), status);
        SubHeader sub = SubHeader.of(header, layout);
        sub.whole(erasedOffset, erasedSize)
                .put(front.slice(pageSize, SubHeader.SIZE).order(ByteOrder.LITTLE_ENDIAN));
        front.put(pageSize + SubHeader.SIZE, header.notes());
        out.write(front, 0);
    }
}
