// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds physical pages for the kernel's structures: pages that are in the file as a whole, that no line of the description
 * speaks of, and that nothing else was put into; the lowest such ones from 1 MiB on.
 */
final class PhysicalPlaces {
    private static final long LOWEST = 1 << 20;

    private final GuestMemory memory;
    private final long endPfn;
    private final Set<Long> taken = new HashSet<>();
    private final List<PageLine> spokenOf;
    private final List<FillLine> filled;
    private final SortedMap<String, List<Long>> places = new TreeMap<>();
    private final long first;
    private long cursor;

    PhysicalPlaces(Description description, GuestMemory memory) {
        this.memory = memory;
        endPfn = description.endPfn();
        spokenOf = description.pages;
        filled = description.fills;
        first = Math.max(LOWEST >> description.pageShift, description.memoryStart() >> description.pageShift);
        cursor = first;
    }

    /** One page. */
    long page(String what) {
        while (!free(cursor)) {
            if (++cursor >= endPfn) {
                throw noRoom(what, 1, 1);
            }
        }
        return take(what, cursor, 1);
    }

    /** Consecutive pages. */
    long pages(String what, long count, long alignment) {
        long pfn = tryPages(what, count, alignment);
        if (pfn < 0) {
            throw noRoom(what, count, alignment);
        }
        return pfn;
    }

    /** Consecutive pages, or -1 where there is no room for them. */
    long tryPages(String what, long count, long alignment) {
        long from = (first + alignment - 1) / alignment * alignment;
        while (from + count <= endPfn) {
            long blocked = lastNotFree(from, count);
            if (blocked < 0) {
                return take(what, from, count);
            }
            from = (blocked + alignment) / alignment * alignment;
        }
        return -1;
    }

    /** Consecutive pages at a place that was asked for. */
    void exactly(String what, long pfn, long count) {
        long blocked = lastNotFree(pfn, count);
        if (blocked >= 0) {
            throw new DescriptionException("no place for " + what + " at page frames 0x" + Long.toHexString(pfn)
                    + "..0x" + Long.toHexString(pfn + count) + ": 0x" + Long.toHexString(blocked)
                    + " is described, taken or not in the file");
        }
        take(what, pfn, count);
    }

    /** Page frames of each kind of structure. */
    Map<String, List<Long>> places() {
        return places;
    }

    private long lastNotFree(long from, long count) {
        for (long pfn = from + count - 1; pfn >= from; pfn--) {
            if (!free(pfn)) {
                return pfn;
            }
        }
        return -1;
    }

    private boolean free(long pfn) {
        if (taken.contains(pfn) || !memory.hasAllData(pfn)) {
            return false;
        }
        for (PageLine line : spokenOf) {
            if (pfn >= line.first() && pfn < line.blockEnd()) {
                return false;
            }
        }
        for (FillLine line : filled) {
            if (pfn >= line.first() && pfn < line.end()) {
                return false;
            }
        }
        return true;
    }

    private long take(String what, long pfn, long count) {
        List<Long> list = places.computeIfAbsent(what, key -> new ArrayList<>());
        for (long i = 0; i < count; i++) {
            taken.add(pfn + i);
            list.add(pfn + i);
            memory.claim(pfn + i);
        }
        return pfn;
    }

    private DescriptionException noRoom(String what, long count, long alignment) {
        return new DescriptionException("no room for " + what + ": needs " + count
                + " free consecutive pages in the file" + (alignment > 1 ? ", aligned to " + alignment : "")
                + ", from page frame 0x" + Long.toHexString(first) + " on; give it more memory");
    }
}
