// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * One file of a stored dump, whose headers are checked: a dump that is not split, or one part of it. Has both bitmaps of the whole dump, and
 * the descriptors and data of page frames {@link #startPfn} to {@link #endPfn} - 1.
 */
final class StoredPart implements AutoCloseable {
    private final BoundedInput file;
    private final StoredHeaders headers;
    private long firstRank;
    private long pages;
    private long described;
    private boolean cut;

    private StoredPart(BoundedInput file, StoredHeaders headers) {
        this.file = file;
        this.headers = headers;
    }

    /**
     * Reads and checks the headers of a file; its bitmaps are not read yet.
     *
     * @param file closed with the part
     * @throws VmcoreException when it is no kdump file
     */
    static StoredPart of(BoundedInput file) throws IOException {
        return new StoredPart(file, StoredHeaders.read(file));
    }

    /** Refuses a file that is no part of a split dump, or whose range of page frames cannot be. */
    void requirePart() throws VmcoreException {
        if (sub().split() != 1) {
            throw new VmcoreException(path() + ": is no part of a split dump: has " + sub().split()
                    + " in field split at offset "
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

    /**
     * Counts the pages of this part, and looks whether the file ends before its last page.
     *
     * @param kept the second bitmap, which is the same in all parts
     */
    void count(StoredBitmap kept) throws IOException {
        firstRank = kept.rank(startPfn());
        pages = kept.rank(endPfn()) - firstRank;
        long room = Math.max(0, file.size() - layout().descriptorsOffset()) / PageDescriptor.SIZE;
        described = Math.min(pages, room);
        cut = file.cut() || described < pages || !LastPage.isIn(this, kept.cardinality());
    }

    Path path() {
        return file.path();
    }

    BoundedInput file() {
        return file;
    }

    StoredHeaders headers() {
        return headers;
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

    /** Whether the file is all of a dump that is not split. */
    boolean whole() {
        return sub().split() == 0;
    }

    long startPfn() {
        return whole() ? 0 : sub().startPfn();
    }

    long endPfn() {
        return whole() ? sub().maxMapnr() : sub().endPfn();
    }

    /** Whether the file says that pages are missing, or it was cut. */
    boolean incomplete() {
        return cut || headers.incomplete();
    }

    /** Whether the file ends before its last page, once its pages were counted: nobody who wrote all of it left it so. */
    boolean cut() {
        return cut;
    }

    /** Bits of the second bitmap below the first page frame: the first descriptor of the file is that of the page behind them. */
    long firstRank() {
        return firstRank;
    }

    /** Pages of this part by the second bitmap, once they were counted. */
    long pages() {
        return pages;
    }

    /** Those of them whose descriptors are in the file: all, but for one that ends early. */
    long described() {
        return described;
    }

    /** Where page data can begin: behind the descriptors. */
    long dataOffset() {
        return layout().descriptorOffset(pages);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
