// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.elf.ElfHeaders;

/**
 * How a stored dump becomes segments of an ELF file. Each piece of memory that exists is covered; pages that are left out lie behind the
 * bytes of a segment, as memory that the file does not have:
 *
 * <pre>
 *   memory    | kept kept kept | left out | kept kept | left out |
 *   segments  | p_filesz       |          | p_filesz  |          |
 *             | p_memsz                   | p_memsz              |
 * </pre>
 *
 * A run of pages left out ends a segment when it has at least {@link #gap} pages. That is 1, or the next power of two with which the number
 * of segments fits an ELF header; makedumpfile always takes 256. Pages of shorter runs lie within the bytes of a segment, as zeros.
 */
final class ElfSegments {
    private final StoredDump dump;
    private final long gap;
    private final long[] first;
    private final long[] pages;
    private final long[] filePages;
    private int count;
    private long blanks;

    private ElfSegments(StoredDump dump, int count, long gap) {
        this.dump = dump;
        this.gap = gap;
        first = new long[count];
        pages = new long[count];
        filePages = new long[count];
    }

    /**
     * Divides the memory of a dump.
     *
     * @param most segments, at most {@link ElfHeaders#MAX_LOADS}
     * @throws VmcoreException when it has more pieces than that, or keeps a page that is no memory
     */
    static ElfSegments of(StoredDump dump, int most) throws IOException {
        Gaps gaps = new Gaps();
        walk(dump, gaps);
        long gap = 1;
        while (gaps.segments(gap) > most) {
            gap <<= 1;
            if (gap <= 0) {
                throw new VmcoreException(dump.path() + ": has " + gaps.memories
                        + " pieces of memory in its 1st bitmap, expected at most " + most);
            }
        }
        ElfSegments segments = new ElfSegments(dump, (int) gaps.segments(gap), gap);
        segments.build();
        return segments;
    }

    /** What a walk over memory comes by, in order of page frames. */
    private interface Visitor {
        /** A piece of memory begins. */
        void memory(long first, long end);

        /** Pages of it that the dump has. */
        void kept(long first, long end);
    }

    private static void walk(StoredDump dump, Visitor visitor) throws IOException {
        StoredBitmap present = dump.present();
        try (KeptRuns runs = new KeptRuns(dump)) {
            boolean more = runs.next();
            long stray = more ? runs.first() : -1;
            for (long at = present.nextSet(0); at >= 0; ) {
                long end = present.nextClear(at);
                visitor.memory(at, end);
                while (more && runs.first() >= at && runs.end() <= end) {
                    visitor.kept(runs.first(), runs.end());
                    more = runs.next();
                }
                stray = runs.first() < at ? runs.first() : Math.max(end, runs.first());
                if (more && runs.first() < end) {
                    break;
                }
                at = present.nextSet(end);
            }
            if (more) {
                throw new VmcoreException(dump.path() + ": page frame " + stray
                        + " is kept in the 2nd bitmap, expected one that is memory in the 1st bitmap");
            }
        }
    }

    /** Counts runs of pages left out by their size. */
    private static final class Gaps implements Visitor {
        /** Runs of 2^i to 2^(i+1) - 1 pages that others of the same memory follow. */
        private final long[] byMagnitude = new long[Long.SIZE];

        private long memories;
        private long at;

        @Override
        public void memory(long first, long end) {
            memories++;
            at = first;
        }

        @Override
        public void kept(long first, long end) {
            if (first > at) {
                byMagnitude[63 - Long.numberOfLeadingZeros(first - at)]++;
            }
            at = end;
        }

        private long segments(long gap) {
            long segments = memories;
            for (int i = Long.numberOfTrailingZeros(gap); i < Long.SIZE; i++) {
                segments += byMagnitude[i];
            }
            return segments;
        }
    }

    private void build() throws IOException {
        Builder builder = new Builder();
        walk(dump, builder);
        builder.end();
    }

    /** Makes the segments. */
    private final class Builder implements Visitor {
        private long memoryEnd;
        private long keptEnd;
        private boolean open;

        @Override
        public void memory(long from, long end) {
            end();
            begin(from);
            keptEnd = from;
            memoryEnd = end;
        }

        @Override
        public void kept(long from, long end) {
            if (from - keptEnd >= gap) {
                memoryEnd(from);
                begin(from);
            } else {
                blanks += from - keptEnd;
            }
            keptEnd = end;
        }

        private void begin(long from) {
            first[count] = from;
            open = true;
        }

        private void memoryEnd(long end) {
            pages[count] = end - first[count];
            filePages[count] = keptEnd - first[count];
            count++;
            open = false;
        }

        private void end() {
            if (open) {
                memoryEnd(memoryEnd);
            }
        }
    }

    /** Number of segments. */
    int count() {
        return count;
    }

    /** First page frame of a segment. */
    long first(int segment) {
        return first[segment];
    }

    /** Pages of memory of a segment. */
    long pages(int segment) {
        return pages[segment];
    }

    /** Those of them that have bytes in the file. */
    long filePages(int segment) {
        return filePages[segment];
    }

    /** Fewest pages left out that end the bytes of a segment. */
    long gap() {
        return gap;
    }

    /** Pages left out that stand in the file as zeros. */
    long blanks() {
        return blanks;
    }
}
