// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * The writer behind {@link KdumpFileWriter}. Headers and bitmaps are there when it is created. Two parts of the file grow at once,
 * each through its own window: the page descriptors and the page data. Memory is these two and the windows of the second bitmap,
 * whatever the size of the dump. The main header is written last, since it says whether the file is complete.
 *
 * <p>The file of a part has both bitmaps of the whole dump and the descriptors of its own pages; its page data begin where those
 * of the whole would, as makedumpfile does it, so that {@code makedumpfile --reassemble} finds the zero page. What lies between is
 * a hole.
 */
final class KdumpWriter implements KdumpFileWriter {
    /** Bytes of page data that are written at once. */
    static final int DATA_STEP = 1 << 20;

    /** Bytes of page descriptors that are written at once. */
    static final int DESCRIPTOR_STEP = 256 << 10;

    /** Bit of the dump level by which makedumpfile makes a shared zero page, needed or not. */
    static final int LEVEL_ZERO_PAGES = 1;

    private final Path path;
    private final KdumpHeader header;
    private final KdumpLayout layout;
    private final DraftBitmap kept;
    private final DraftFile file;
    private final FrontBlocks front;
    private final WriteWindow descriptors;
    private final WriteWindow data;
    private final long dataOffset;
    private final long endKept;
    private long nextKept;
    private long zeroPageOffset;
    private long pages;
    private long zeroPages;
    private long missing;
    private boolean finished;

    /**
     * A writer behind a front that is written.
     *
     * @param kept second bitmap, which changes no more
     */
    KdumpWriter(Path path, KdumpHeader header, KdumpLayout layout, DraftBitmap kept, DraftFile file, FrontBlocks front)
            throws IOException {
        this.path = path;
        this.header = header;
        this.layout = layout;
        this.kept = kept;
        this.file = file;
        this.front = front;
        endKept = header.part().map(PfnRun::endPfn).orElse(header.endPfn());
        descriptors = new WriteWindow(file, layout.descriptorsOffset(), DESCRIPTOR_STEP, PageDescriptor.SIZE);
        dataOffset = layout.descriptorOffset(front.keptPages());
        data = new WriteWindow(file, dataOffset, DATA_STEP, header.pageSize());
        nextKept = nextKept(header.part().map(PfnRun::firstPfn).orElse(0L));
        if ((header.level() & LEVEL_ZERO_PAGES) != 0) {
            putZeroPage();
        }
    }

    @Override
    public void addPage(long pfn, ByteBuffer stored, int offset, int length, boolean raw) throws IOException {
        checkLength(pfn, length, raw);
        Objects.checkFromIndexSize(offset, length, stored.limit());
        skipTo(pfn);
        ByteBuffer into = data.room(length);
        putDescriptor(data.end(), length, raw ? 0 : header.codec().kdumpFlag());
        into.put(into.position(), stored, offset, length);
        into.position(into.position() + length);
        pages++;
    }

    private void checkLength(long pfn, int length, boolean raw) throws VmcoreException {
        int pageSize = header.pageSize();
        if (raw ? length != pageSize : length < 1 || length >= pageSize) {
            throw new VmcoreException(path + ": page frame " + pfn + " has " + length + " stored bytes, expected "
                    + (raw ? pageSize + " of a raw page" : "1 to " + (pageSize - 1) + " of a compressed page"));
        }
    }

    @Override
    public void addRun(StoredRun run, ByteBuffer stored, int crc32c) throws IOException {
        if (!check(run, stored.remaining())) {
            KdumpFileWriter.super.addRun(run, stored, crc32c);
            return;
        }
        long at = data.end();
        data.put(stored, crc32c);
        for (int page = 0; page < run.pages(); page++) {
            int length = run.length(page);
            skipTo(run.pfn(page));
            if (length == 0) {
                putDescriptor(zeroPageOffset, header.pageSize(), 0);
                zeroPages++;
            } else {
                putDescriptor(at, length, run.raw(page) ? 0 : header.codec().kdumpFlag());
                at += length;
            }
            pages++;
        }
    }

    /** Checks all pages of a run before anything is written; false when the page of zeros has to be stored between them. */
    private boolean check(StoredRun run, long bytes) throws IOException {
        boolean between = false;
        long left = bytes;
        long least = nextKept;
        for (int page = 0; page < run.pages(); page++) {
            long pfn = run.pfn(page);
            require(pfn, least);
            least = pfn + 1;
            if (run.length(page) == 0) {
                between |= zeroPageOffset == 0;
            } else {
                checkLength(pfn, run.length(page), run.raw(page));
                left -= run.length(page);
            }
        }
        if (left != 0) {
            throw new VmcoreException(path + ": pages from page frame " + run.pfn(0) + " on have " + (bytes - left)
                    + " stored bytes, expected all " + bytes);
        }
        return !between;
    }

    @Override
    public void addZeroPage(long pfn) throws IOException {
        skipTo(pfn);
        if (zeroPageOffset == 0) {
            putZeroPage();
        }
        putDescriptor(zeroPageOffset, header.pageSize(), 0);
        pages++;
        zeroPages++;
    }

    @Override
    public long size() {
        return descriptors.length() + data.length();
    }

    @Override
    public Summary finish(boolean incomplete) throws IOException {
        requireUnfinished();
        while (nextKept >= 0) {
            putMissing();
        }
        descriptors.flush();
        data.flush();
        long hole = dataOffset - descriptors.end();
        file.reachTo(dataOffset);
        ByteBuffer block = ByteBuffer.allocate(header.pageSize()).order(ByteOrder.LITTLE_ENDIAN);
        MainHeader.of(header, layout, incomplete || missing > 0).put(block);
        CRC32C crc = new CRC32C();
        crc.update(block.array());
        file.write(block, 0);
        int whole = front.crcBehind((int) crc.getValue());
        whole = Crc32cCombine.combine(whole, descriptors.crc(), descriptors.length());
        whole = Crc32cCombine.combine(whole, Crc32cCombine.ofZeros(hole), hole);
        whole = Crc32cCombine.combine(whole, data.crc(), data.length());
        file.commit();
        finished = true;
        return new Summary(data.end(), whole, pages, zeroPages, missing);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Records the kept page frames before {@code pfn} as missing. */
    private void skipTo(long pfn) throws IOException {
        require(pfn, nextKept);
        while (nextKept < pfn) {
            putMissing();
        }
    }

    /** Refuses a page that cannot come now: before {@code least}, which is -1 when none can. */
    private void require(long pfn, long least) throws IOException {
        requireUnfinished();
        if (!kept.get(pfn) || pfn >= endKept) {
            throw new VmcoreException(path + ": page frame " + pfn + " is not to be kept, expected one of the "
                    + "second bitmap below " + endKept);
        }
        if (least < 0 || pfn < least) {
            throw new VmcoreException(path + ": page frame " + pfn + " comes too late, expected "
                    + (least < 0 ? "none any more" : "at least " + least));
        }
    }

    private void putMissing() throws IOException {
        putDescriptor(0, 0, 0);
        missing++;
    }

    private void putDescriptor(long offset, int size, int flags) throws IOException {
        PageDescriptor.put(descriptors.room(PageDescriptor.SIZE), offset, size, flags);
        nextKept = nextKept(nextKept + 1);
    }

    /** First page frame of this file at or behind one that is to be kept, -1 when there is none. */
    private long nextKept(long pfn) throws IOException {
        long next = kept.nextSet(pfn, endKept);
        return next < endKept ? next : -1;
    }

    private void putZeroPage() throws IOException {
        ByteBuffer into = data.room(header.pageSize());
        zeroPageOffset = data.end();
        putZeros(into, header.pageSize());
    }

    private static void putZeros(ByteBuffer into, int length) {
        for (int i = 0; i < length; i += Long.BYTES) {
            into.putLong(0);
        }
    }

    private void requireUnfinished() throws IOException {
        if (finished) {
            throw new IllegalStateException(path + ": is finished");
        }
        file.requireOpen();
    }
}
