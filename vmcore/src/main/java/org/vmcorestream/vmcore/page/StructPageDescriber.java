// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PageAlignedBuffer;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.RunLookup;
import org.vmcorestream.vmcore.paging.KernelMemory;

/**
 * Describes chunks from the struct pages in kernel memory. Struct pages are read up to 2 MiB at once, and only those of
 * page frames that the file holds; what cannot be read is described as memory without a struct page, which keeps it.
 */
public final class StructPageDescriber implements ChunkDescriber {
    private static final int BUFFER_SIZE = 2 << 20;

    /** Where struct pages are in physical memory; made when somebody asks for the first time. */
    public interface MemmapSource {
        /** A new reader of that, for one thread. */
        MemmapFrames open() throws IOException;
    }

    private final Frames frames;
    private final RunLookup present;
    private final PfnSet held;
    private final PfnSet described;
    private final SparseMemory sections;
    private final KernelMemory memory;
    private final StructPageDecoder decoder;
    private final int structSize;
    private final int pageSize;
    private final int blockPages;
    private final ByteBuffer buffer;
    private final MemmapSource memmapSource;
    private MemmapFrames memmap;
    private long unreadable;

    /**
     * A describer with its own buffer, for one thread.
     *
     * @param memory used by this describer alone
     * @param memmapSource asked at the first {@link #memmap}
     */
    public StructPageDescriber(
            Frames frames,
            SparseMemory sections,
            KernelMemory memory,
            PageLayout layout,
            PageFacts facts,
            MemmapSource memmapSource) {
        this.frames = frames;
        this.sections = sections;
        this.memory = memory;
        this.memmapSource = memmapSource;
        present = new RunLookup(frames.present());
        held = frames.views().held().get();
        described = frames.views().described().get();
        decoder = new StructPageDecoder(layout, facts);
        structSize = layout.size();
        pageSize = facts.pageSize();
        blockPages = Integer.highestOneBit(BUFFER_SIZE / structSize);
        buffer = PageAlignedBuffer.allocate((blockPages + 1) * structSize);
    }

    @Override
    public void describe(long chunk, ChunkDescriptors into) throws IOException {
        requireChunk(chunk);
        long pfn = Chunk.firstPfn(chunk);
        into.begin(pfn);
        long end = Math.min(frames.endPfn(), pfn + Chunk.PAGES);
        while (pfn < end) {
            long until;
            if (!present.contains(pfn)) {
                until = Math.min(end, present.nextChange(pfn));
                into.append(0, 0, Descriptor.HOLE, (int) (until - pfn));
            } else if (!held.contains(pfn)) {
                until = Math.min(end, Math.min(present.nextChange(pfn), held.nextChange(pfn)));
                into.append(0, 0, Descriptor.NO_DATA, (int) (until - pfn));
            } else {
                until = Math.min(end, Math.min(held.nextChange(pfn), described.nextChange(pfn)));
                until = Math.min(until, Math.min(present.nextChange(pfn), sections.sectionEnd(pfn)));
                if (described.contains(pfn) && sections.covers(pfn)) {
                    describeRun(pfn, until, into);
                } else {
                    into.append(0, 0, Descriptor.NO_STRUCT_PAGE, (int) (until - pfn));
                }
            }
            pfn = until;
        }
    }

    @Override
    public void memmap(long chunk, MemmapRuns into) throws IOException {
        requireChunk(chunk);
        if (memmap == null) {
            memmap = memmapSource.open();
        }
        memmap.describe(chunk, into);
    }

    private void requireChunk(long chunk) {
        if (chunk < 0 || Chunk.firstPfn(chunk) >= frames.endPfn()) {
            throw new IllegalArgumentException(
                    "chunk " + chunk + " of a vmcore that ends at page frame " + frames.endPfn());
        }
    }

    @Override
    public long unreadable() {
        return unreadable;
    }

    /** Describes page frames of one section, all of them with a struct page. */
    private void describeRun(long first, long end, ChunkDescriptors into) throws IOException {
        long pfn = first;
        while (pfn < end) {
            long blockEnd = Math.min(end, (pfn | blockPages - 1) + 1);
            pfn += describeBlock(pfn, (int) (blockEnd - pfn), into);
        }
    }

    /** Describes {@code count} page frames or, where struct pages cannot be read, fewer; says how many, at least 1. */
    private int describeBlock(long pfn, int count, ChunkDescriptors into) throws IOException {
        long address = sections.structPage(pfn);
        boolean needsNext = (pfn + count & StructPageDecoder.GROUP_MASK) != 0;
        buffer.clear();
        int bytes = memory.readSome(address, (needsNext ? count + 1 : count) * structSize, buffer);
        int available = bytes / structSize;
        if (available >= count) {
            decoder.decode(buffer, count, available, pfn, into);
            return count;
        }
        decoder.decode(buffer, available, available, pfn, into);
        long resume = (address + bytes | pageSize - 1) + 1;
        int done = (int) Math.min(count, (resume - address + structSize - 1) / structSize);
        into.append(0, 0, Descriptor.NO_STRUCT_PAGE, done - available);
        unreadable += done - available;
        return done;
    }
}
