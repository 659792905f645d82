// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.elf.Segment;

/** Segments in any order and shape, against the same asked byte by byte. */
class MemoryExtentsTest {
    private static final int SPACE = 400;
    private static final int PAGE_SHIFT = 4;

    private static Segment load(int index, long offset, long phys, long fileSize, long memorySize) {
        return new Segment(index, Segment.PT_LOAD, offset, 0, phys, fileSize, memorySize);
    }

    private static List<Segment> randomSegments(Random random) {
        List<Segment> loads = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            int start = random.nextInt(SPACE - 1);
            int size = 1 + random.nextInt(Math.min(90, SPACE - start));
            loads.add(load(i, 1000L * i, start, random.nextBoolean() ? size : random.nextInt(size + 1), size));
        }
        return loads;
    }

    @RepeatedTest(300)
    void shouldFindEveryByteWhereTheFirstSegmentHasIt(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        List<Segment> loads = randomSegments(new Random(seed));
        long[] expected = new long[SPACE];
        Arrays.fill(expected, -1);
        for (int i = loads.size() - 1; i >= 0; i--) {
            Segment segment = loads.get(i);
            for (long at = segment.phys(); at < segment.dataEnd(); at++) {
                expected[(int) at] = segment.offset() + at - segment.phys();
            }
        }

        MemoryExtents extents = MemoryExtents.of(loads);

        long[] found = new long[SPACE];
        Arrays.fill(found, -1);
        long before = -1;
        for (int i = 0; i < extents.count(); i++) {
            assertThat(extents.start(i)).as("seed " + seed).isGreaterThanOrEqualTo(before);
            before = extents.end(i);
            for (long at = extents.start(i); at < extents.end(i); at++) {
                found[(int) at] = extents.offset(i) + at - extents.start(i);
            }
        }
        assertThat(found).as("seed " + seed).isEqualTo(expected);
        for (int at = 0; at < SPACE; at++) {
            int next = at;
            while (next < SPACE && expected[next] < 0) {
                next++;
            }
            int extent = extents.atOrAbove(at);
            long start = extent == extents.count() ? SPACE : Math.max(at, extents.start(extent));
            assertThat(start).as("seed " + seed + " at " + at).isEqualTo(next);
        }
    }

    @RepeatedTest(300)
    void shouldCountPagesByTheirBytes(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        List<Segment> loads = randomSegments(new Random(seed));
        int pages = (SPACE >> PAGE_SHIFT) + 1;
        boolean[] present = new boolean[pages];
        boolean[] backed = new boolean[pages];
        boolean[] described = new boolean[pages];
        for (Segment segment : loads) {
            for (long at = segment.phys(); at < segment.physEnd(); at++) {
                present[(int) at >> PAGE_SHIFT] = true;
                backed[(int) at >> PAGE_SHIFT] |= at < segment.dataEnd();
                described[(int) at >> PAGE_SHIFT] |= at < segment.dataEnd() && (at & (1 << PAGE_SHIFT) - 1) == 0;
            }
        }

        FrameRuns frames = FrameRuns.of(loads, PAGE_SHIFT);

        check(seed, frames.present(), present);
        check(seed, frames.backed(), backed);
        check(seed, frames.described(), described);
        for (int end = 0; end < pages; end++) {
            FrameRuns below = frames.below(end);
            check(seed, below.backed(), Arrays.copyOf(Arrays.copyOf(backed, end), pages));
            assertThat(below.endPfn()).isEqualTo(Math.min(end, frames.endPfn()));
        }
    }

    private static void check(long seed, List<PfnRun> runs, boolean[] expected) {
        boolean[] found = new boolean[expected.length];
        long before = -1;
        for (PfnRun run : runs) {
            assertThat(run.firstPfn()).as("seed " + seed).isGreaterThan(before);
            before = run.endPfn();
            for (long pfn = run.firstPfn(); pfn < run.endPfn(); pfn++) {
                found[(int) pfn] = true;
            }
        }
        assertThat(found).as("seed " + seed).isEqualTo(expected);
        RunLookup lookup = new RunLookup(runs);
        for (int pfn = 0; pfn < expected.length; pfn++) {
            assertThat(lookup.contains(pfn)).isEqualTo(expected[pfn]);
            int change = pfn;
            while (change < expected.length && expected[change] == expected[pfn]) {
                change++;
            }
            long next = lookup.nextChange(pfn);
            assertThat(next == Long.MAX_VALUE ? expected.length : next).isEqualTo(change);
        }
    }

    @Test
    void shouldStayQuickWithAHundredThousandOverlappingSegments() {
        List<Segment> loads = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            loads.add(load(i, i * 4096L, (99_999 - i) * 4096L, 3 * 4096, 3 * 4096));
        }
        long start = System.nanoTime();

        MemoryExtents extents = MemoryExtents.of(loads);
        FrameRuns frames = FrameRuns.of(loads, 12);
        long found = 0;
        for (long pfn = 0; pfn < 100_000; pfn++) {
            found += extents.atOrAbove(pfn << 12) < extents.count() ? 1 : 0;
        }

        assertThat(found).isEqualTo(100_000);
        assertThat(frames.backed()).containsExactly(new PfnRun(0, 100_002));
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
}
