// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.elf.Segment;

/**
 * Which page frames there are. Segments need not begin or end at pages; a page frame belongs to
 *
 * <ul>
 *   <li>{@code present} when any byte of it is memory (makedumpfile: {@code create_1st_bitmap_file}),
 *   <li>{@code backed} when any byte of it is in the file (the opposite of {@code exclude_nodata_pages}; where segments
 *       overlap, data of one of them is enough here),
 *   <li>{@code described} when its first byte is in the file: only of such page frames makedumpfile asks the struct page
 *       ({@code is_in_segs}), the others stay unless a run reaches them.
 * </ul>
 *
 * @param endPfn page frame behind the last one
 * @param present ascending, apart and not adjacent, as are the others
 * @param backed subset of {@code present}
 * @param described subset of {@code backed}
 */
public record FrameRuns(long endPfn, List<PfnRun> present, List<PfnRun> backed, List<PfnRun> described) {

    /** The page frames of checked PT_LOAD segments. */
    public static FrameRuns of(List<Segment> loads, int pageShift) {
        List<PfnRun> present = runs(loads, segment -> segment.phys() >>> pageShift, Segment::physEnd, pageShift);
        List<PfnRun> backed = runs(loads, segment -> segment.phys() >>> pageShift, Segment::dataEnd, pageShift);
        List<PfnRun> described =
                runs(loads, segment -> roundUp(segment.phys(), pageShift), Segment::dataEnd, pageShift);
        long end = present.isEmpty() ? 0 : present.get(present.size() - 1).endPfn();
        return new FrameRuns(end, present, backed, described);
    }

    /** The same page frames without those from {@code end} on. */
    public FrameRuns below(long end) {
        return end >= endPfn ? this : new FrameRuns(end, clip(present, end), clip(backed, end), clip(described, end));
    }

    private static List<PfnRun> runs(
            List<Segment> loads, ToLongFunction<Segment> firstPfn, ToLongFunction<Segment> endAddress, int pageShift) {
        List<PfnRun> sorted = new ArrayList<>();
        for (Segment segment : loads) {
            long first = firstPfn.applyAsLong(segment);
            long end = roundUp(endAddress.applyAsLong(segment), pageShift);
            if (first < end && endAddress.applyAsLong(segment) > segment.phys()) {
                sorted.add(new PfnRun(first, end));
            }
        }
        sorted.sort(Comparator.comparingLong(PfnRun::firstPfn));
        List<PfnRun> joined = new ArrayList<>();
        for (PfnRun run : sorted) {
            int last = joined.size() - 1;
            if (last >= 0 && run.firstPfn() <= joined.get(last).endPfn()) {
                PfnRun before = joined.get(last);
                joined.set(last, new PfnRun(before.firstPfn(), Math.max(before.endPfn(), run.endPfn())));
            } else {
                joined.add(run);
            }
        }
        return List.copyOf(joined);
    }

    /** The runs without page frames from {@code end} on. */
    static List<PfnRun> clip(List<PfnRun> runs, long end) {
        return runs.stream()
                .filter(run -> run.firstPfn() < end)
                .map(run -> run.endPfn() <= end ? run : new PfnRun(run.firstPfn(), end))
                .toList();
    }

    private static long roundUp(long address, int pageShift) {
        return address + (1L << pageShift) - 1 >>> pageShift;
    }
}
