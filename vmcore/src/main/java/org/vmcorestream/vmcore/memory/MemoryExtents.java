// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.vmcorestream.vmcore.elf.Segment;

/**
 * Where physical memory lies in the file: pieces in ascending order that do not overlap. Segments may come in any order
 * and overlap (/proc/vmcore has the kernel's text twice); the header that comes first wins, as with makedumpfile
 * ({@code paddr_to_offset}). Found by binary search.
 */
public final class MemoryExtents {
    private final long[] start;
    private final long[] end;
    private final long[] offset;
    private final int count;

    private MemoryExtents(List<Extent> extents) {
        count = extents.size();
        start = extents.stream().mapToLong(Extent::start).toArray();
        end = extents.stream().mapToLong(Extent::end).toArray();
        offset = extents.stream().mapToLong(Extent::offset).toArray();
    }

    private record Extent(long start, long end, long offset) {
        boolean continues(Extent before) {
            return before.end == start && before.offset + (start - before.start) == offset;
        }
    }

    /** The extents of checked PT_LOAD segments. */
    public static MemoryExtents of(List<Segment> loads) {
        List<Segment> byStart = loads.stream()
                .filter(segment -> segment.fileSize() > 0)
                .sorted(Comparator.comparingLong(Segment::phys))
                .toList();
        PriorityQueue<Segment> covering = new PriorityQueue<>(Comparator.comparingInt(Segment::index));
        List<Extent> extents = new ArrayList<>();
        long at = 0;
        int next = 0;
        while (next < byStart.size() || !covering.isEmpty()) {
            if (covering.isEmpty()) {
                at = Math.max(at, byStart.get(next).phys());
            }
            while (next < byStart.size() && byStart.get(next).phys() <= at) {
                covering.add(byStart.get(next++));
            }
            while (!covering.isEmpty() && covering.peek().dataEnd() <= at) {
                covering.remove();
            }
            if (!covering.isEmpty()) {
                Segment segment = covering.peek();
                long until = segment.dataEnd();
                if (next < byStart.size()) {
                    until = Math.min(until, byStart.get(next).phys());
                }
                add(extents, new Extent(at, until, segment.offset() + (at - segment.phys())));
                at = until;
            }
        }
        return new MemoryExtents(extents);
    }

    private static void add(List<Extent> extents, Extent extent) {
        int last = extents.size() - 1;
        if (last >= 0 && extent.continues(extents.get(last))) {
            Extent before = extents.remove(last);
            extents.add(new Extent(before.start, extent.end, before.offset));
        } else {
            extents.add(extent);
        }
    }

    /** Number of extents. */
    public int count() {
        return count;
    }

    /** First physical address of an extent. */
    public long start(int extent) {
        return start[extent];
    }

    /** Physical address behind an extent. */
    public long end(int extent) {
        return end[extent];
    }

    /** Where an extent begins in the file. */
    public long offset(int extent) {
        return offset[extent];
    }

    /** The extent that holds a physical address, or else the next one above it; {@link #count} when there is none. */
    public int atOrAbove(long phys) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (end[middle] <= phys) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
