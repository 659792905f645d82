// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.io.IOException;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * Walks over the pages of a memory map that is one array in virtual memory, and finds each in physical memory. Large pages are
 * one step, and so are large gaps. Belongs to one thread.
 *
 * <p>Pages of the memory map are numbered from that of page frame 0 on: with struct pages of 64 bytes in pages of 4 KiB, page n
 * describes page frames 64 n to 64 n + 63. Struct pages of a section fill whole pages, and so do those of a chunk.
 */
final class MemmapPages {
    private final SparseMemory sections;
    private final PageTables tables;
    private final long vmemmap;
    private final int structSize;
    private final int pageShift;
    private final long endFrame;

    /** Told of pages of the memory map that lie one behind the other in physical memory. */
    interface Visitor {
        /**
         * @param page number of the first page
         * @param frame page frame it lies in
         * @param pages number of pages
         * @return whether to go on
         */
        boolean at(long page, long frame, long pages);
    }

    /**
     * @param vmemmap virtual address of the struct page of page frame 0, that of a page
     * @param endFrame page frame behind the last one that is of interest
     */
    MemmapPages(SparseMemory sections, PageTables tables, long vmemmap, int structSize, int pageShift, long endFrame) {
        this.sections = sections;
        this.tables = tables;
        this.vmemmap = vmemmap;
        this.structSize = structSize;
        this.pageShift = pageShift;
        this.endFrame = endFrame;
    }

    /** Number of the page of the memory map that begins with the struct page of a page frame, the first of a section or chunk. */
    long pageOf(long pfn) {
        return pfn * structSize >>> pageShift;
    }

    /** Walks over the memory map of page frames {@code firstPfn} to {@code endPfn - 1}, each the first of a section or chunk, ascending. */
    void walk(long firstPfn, long endPfn, Visitor visitor) throws IOException {
        for (int i = sections.sectionAtOrBehind(firstPfn); i < sections.sections(); i++) {
            long first = Math.max(firstPfn, sections.firstPfn(i));
            long end = Math.min(endPfn, sections.sectionEnd(first));
            if (first >= endPfn || !walkPages(pageOf(first), pageOf(end), visitor)) {
                return;
            }
        }
    }

    private boolean walkPages(long first, long end, Visitor visitor) throws IOException {
        long page = first;
        while (page < end) {
            long virt = vmemmap + (page << pageShift);
            if (!tables.translate(virt)) {
                page += Math.max(1, tables.bytesMissing(virt) >>> pageShift);
                continue;
            }
            long frame = tables.phys(virt) >>> pageShift;
            long pages = Math.min(end - page, tables.bytesLeft(virt) >>> pageShift);
            long known = Math.min(pages, endFrame - frame);
            if (known > 0 && !visitor.at(page, frame, known)) {
                return false;
            }
            page += pages;
        }
        return true;
    }
}
