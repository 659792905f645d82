// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.io.IOException;
import java.util.OptionalLong;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.paging.PageTables;

/**
 * Tells which page frames hold the struct pages of a chunk and nothing else.
 *
 * <p>A page frame can be mapped at several places of the memory map: the HugeTLB vmemmap optimisation (mm/hugetlb_vmemmap.c)
 * does so with the struct pages of tail pages, which are all alike. Who drops such a page because of one chunk takes it from
 * another. Therefore the page tables of the whole memory map are read before the first answer (one step for each 2 MiB of it,
 * where the kernel maps it so), and what is mapped twice is in no answer.
 */
public final class MemmapFrames {
    /** Most bitmaps of a chunk that look for page frames mapped twice: 64 MiB, the memory map of 128 TiB in one piece. */
    static final int MAX_CHUNKS = 1 << 14;

    /** Most mappings that are looked at: those of a memory map for 16 TiB in pages of 4 KiB. */
    static final long MAX_MAPPINGS = 1L << 26;

    /** What was found out about the whole memory map, for the readers of all threads. */
    public static final class Survey {
        private final boolean usable;
        private final SparsePfnBitmap all;
        private final SparsePfnBitmap shared;

        private Survey(boolean usable, SparsePfnBitmap all, SparsePfnBitmap shared) {
            this.usable = usable;
            this.all = all;
            this.shared = shared;
        }

        /** Page frames that hold struct pages, those mapped twice included; changes no more. Not all of them where a limit was met. */
        public SparsePfnBitmap all() {
            return all;
        }
    }

    private final MemmapPages pages;
    private final Survey survey;

    private MemmapFrames(MemmapPages pages, Survey survey) {
        this.pages = pages;
        this.survey = survey;
    }

    /**
     * Looks at the whole memory map.
     *
     * @param endPfn page frame behind the last one of memory
     */
    public static Survey survey(SparseMemory sections, PageTables tables, PageLayout layout, int pageShift, long endPfn)
            throws IOException {
        return survey(sections, tables, layout, pageShift, endPfn, MAX_CHUNKS, MAX_MAPPINGS);
    }

    /** With other limits: beyond them nothing is known of any chunk. */
    static Survey survey(
            SparseMemory sections,
            PageTables tables,
            PageLayout layout,
            int pageShift,
            long endPfn,
            int maxChunks,
            long maxMappings)
            throws IOException {
        OptionalLong vmemmap = sections.vmemmap(pageShift);
        if (vmemmap.isEmpty()) {
            return new Survey(false, new SparsePfnBitmap(endPfn, 0), null);
        }
        SparsePfnBitmap seen = new SparsePfnBitmap(endPfn, maxChunks);
        SparsePfnBitmap shared = new SparsePfnBitmap(endPfn, maxChunks);
        Mappings mappings = new Mappings(seen, shared, maxMappings);
        new MemmapPages(sections, tables, vmemmap.getAsLong(), layout.size(), pageShift, endPfn)
                .walk(0, sections.endPfn(), mappings);
        return new Survey(!mappings.exceeded(), seen, shared);
    }

    /** A reader with page tables of its own, for one thread. */
    public static MemmapFrames of(
            Survey survey, SparseMemory sections, PageTables tables, PageLayout layout, int pageShift, long endPfn) {
        MemmapPages pages = new MemmapPages(
                sections, tables, sections.vmemmap(pageShift).orElse(0), layout.size(), pageShift, endPfn);
        return new MemmapFrames(pages, survey);
    }

    /** Tells where the memory map of a chunk is, as far as it is there alone. */
    public void describe(long chunk, MemmapRuns into) throws IOException {
        into.begin();
        if (!survey.usable) {
            return;
        }
        long first = Chunk.firstPfn(chunk);
        long base = pages.pageOf(first);
        pages.walk(first, first + Chunk.PAGES, (page, frame, count) -> {
            addUnshared((int) (page - base), frame, (int) count, into);
            return true;
        });
    }

    private void addUnshared(int index, long frame, int count, MemmapRuns into) {
        long end = frame + count;
        long at = frame;
        while (at < end) {
            long sharedFrom = survey.shared.nextSet(at);
            long until = sharedFrom < 0 ? end : Math.min(end, sharedFrom);
            if (until > at) {
                into.append(index + (int) (at - frame), at, (int) (until - at));
            }
            at = until < end ? survey.shared.runEnd(until) : end;
        }
    }

    /** Counts mappings and finds page frames that are mapped twice; gives up when there are too many. */
    private static final class Mappings implements MemmapPages.Visitor {
        private final SparsePfnBitmap seen;
        private final SparsePfnBitmap shared;
        private final long most;
        private long count;

        Mappings(SparsePfnBitmap seen, SparsePfnBitmap shared, long most) {
            this.seen = seen;
            this.shared = shared;
            this.most = most;
        }

        boolean exceeded() {
            return count > most || seen.isFull() || shared.isFull();
        }

        @Override
        public boolean at(long page, long frame, long pages) {
            seen.add(frame, frame + pages, shared);
            count++;
            return !exceeded();
        }
    }
}
