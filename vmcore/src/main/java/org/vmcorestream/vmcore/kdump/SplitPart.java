// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * One file of a split dump, or one that is not split, opened for reading: its headers are checked, its descriptors lie within it. Has
 * both bitmaps of the whole dump, and the descriptors and data of page frames {@link #startPfn} to {@link #endPfn} - 1. Belongs to one
 * thread.
 */
final class SplitPart implements AutoCloseable {
    private final BoundedInput file;
    private final KdumpFileHeaders.Stored headers;
    private final boolean whole;
    private long pages;
    private long described;

    private SplitPart(BoundedInput file, KdumpFileHeaders.Stored headers, boolean whole) {
        this.file = file;
        this.headers = headers;
        this.whole = whole;
    }

    /**
     * Opens a part; its bitmaps are not read yet.
     *
     * @throws VmcoreException when it is no kdump file, not a part of a split one, or its range of page frames cannot be
     */
    static SplitPart open(Path path) throws IOException {
        return open(path, false);
    }

    /** Opens a file that may be one that is not split, and then has all page frames. */
    static SplitPart openAny(Path path) throws IOException {
        return open(path, true);
    }

    private static SplitPart open(Path path, boolean any) throws IOException {
        BoundedInput file = new BoundedInput(path);
        try {
            KdumpFileHeaders.Stored headers = KdumpFileHeaders.stored(file);
            return any && headers.sub().split() == 0 ? new SplitPart(file, headers, true) : of(file, headers);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** A part whose headers were read; its bitmaps are not read yet. */
    static SplitPart of(BoundedInput file, KdumpFileHeaders.Stored headers) throws VmcoreException {
        SplitPart part = new SplitPart(file, headers, false);
        part.checkRange();
        return part;
    }

    private void checkRange() throws VmcoreException {
        if (sub().split() != 1) {
            throw new VmcoreException(path() + ": has " + sub().split() + " in field split at offset "
                    + (main().blockSize() + SubHeader.SPLIT_OFFSET)
                    + ", expected 1 of a file that holds one part of a dump");
        }
        if (startPfn() < 0 || startPfn() > endPfn() || endPfn() > sub().maxMapnr()) {
            throw new VmcoreException(path() + ": holds page frames " + Long.toUnsignedString(startPfn())
                    + " to before " + Long.toUnsignedString(endPfn())
                    + " as start_pfn and end_pfn at offset "
                    + (main().blockSize() + SubHeader.rangeOffset(main().version()))
                    + " say, expected a range within its "
                    + sub().maxMapnr() + " page frames");
        }
    }

    /** Counts the pages of this part by the second bitmap, and looks whether their descriptors are there. */
    void count() throws IOException {
        long end = endPfn();
        ByteBuffer words = ByteBuffer.allocate(BitmapWords.WINDOW).order(ByteOrder.LITTLE_ENDIAN);
        pages = BitmapWords.count(file, layout().keptOffset(), startPfn(), end, words);
        long room = Math.max(0, file.size() - layout().descriptorsOffset()) / PageDescriptor.SIZE;
        described = Math.min(pages, room);
        if (described < pages && !incomplete()) {
            throw new VmcoreException(path() + ": ends at offset " + file.size() + ", expected " + pages
                    + " page descriptors from offset " + layout().descriptorsOffset() + " on");
        }
    }

    Path path() {
        return file.path();
    }

    BoundedInput file() {
        return file;
    }

    MainHeader main() {
        return headers.main();
    }

    SubHeader sub() {
        return headers.sub();
    }

    KdumpLayout layout() {
        return headers.layout();
    }

    long startPfn() {
        return whole ? 0 : sub().startPfn();
    }

    long endPfn() {
        return whole ? sub().maxMapnr() : sub().endPfn();
    }

    /** Whether the file is all of a dump that is not split. */
    boolean whole() {
        return whole;
    }

    /** Whether the file says that pages are missing. */
    boolean incomplete() {
        return (main().status() & MainHeader.STATUS_INCOMPLETE) != 0;
    }

    /** Pages of this part by its second bitmap, once they were counted. */
    long pages() {
        return pages;
    }

    /** Those of them whose descriptors are in the file: all, but for an incomplete one that ends early. */
    long described() {
        return described;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
