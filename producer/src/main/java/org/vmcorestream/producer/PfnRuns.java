// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.vmcore.PfnRun;

/** Ascending runs of page frames that can be searched. Never changes. */
final class PfnRuns {
    private final long[] first;
    private final long[] end;

    /** @param runs ascending and apart, as {@link org.vmcorestream.vmcore.MemoryMap} has them */
    PfnRuns(List<PfnRun> runs) {
        first = new long[runs.size()];
        end = new long[runs.size()];
        for (int i = 0; i < first.length; i++) {
            first[i] = runs.get(i).firstPfn();
            end[i] = runs.get(i).endPfn();
        }
    }

    /** Number of runs. */
    int size() {
        return first.length;
    }

    /** Page frames of all runs. */
    long pages() {
        long pages = 0;
        for (int i = 0; i < first.length; i++) {
            pages += end[i] - first[i];
        }
        return pages;
    }

    /** First page frame of run {@code i}. */
    long first(int i) {
        return first[i];
    }

    /** Page frame behind the last one of run {@code i}. */
    long end(int i) {
        return end[i];
    }

    /** The first run that ends behind {@code pfn}; {@link #size()} when none does. */
    int endingBehind(long pfn) {
        int low = 0;
        int high = end.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (end[middle] > pfn) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The first chunk, {@code chunk} or a later one, of which a page frame is in a run; -1 when there is none. */
    long nextChunk(long chunk) {
        int run = endingBehind(Chunk.firstPfn(chunk));
        return run == end.length ? -1 : Math.max(chunk, Chunk.of(first[run]));
    }

    /** Number of chunks that begin at {@code firstPfn} to {@code endPfn - 1} and of which a page frame is in a run. */
    int chunks(long firstPfn, long endPfn) {
        int chunks = 0;
        long last = Chunk.of(endPfn - 1);
        for (long c = nextChunk(Chunk.of(firstPfn)); c >= 0 && c <= last; c = nextChunk(c + 1)) {
            chunks++;
        }
        return chunks;
    }
}
