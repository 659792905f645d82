// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The physical memory of the machine that never was: pages that hold kernel structures are kept as bytes, all others are
 * made anew from their description whenever somebody asks.
 */
final class GuestMemory {
    private final int pageShift;
    private final int pageSize;
    private final List<ByteRange> memory;
    private final List<ByteRange> backed;
    private final FillLine.Kind defaultFill;
    private final List<FillLine> fills;
    private final Map<Long, byte[]> structures = new HashMap<>();

    GuestMemory(Description description) {
        pageShift = description.pageShift;
        pageSize = description.pageSize();
        memory = description.memory;
        backed = description.backed();
        defaultFill = description.defaultFill;
        fills = description.fills;
    }

    /** log2 of the page size. */
    int pageShift() {
        return pageShift;
    }

    /** Bytes of a page. */
    int pageSize() {
        return pageSize;
    }

    /** Whether any byte of the page is memory. */
    boolean hasMemory(long pfn) {
        return touched(memory, pfn);
    }

    /** Whether any byte of the page is in the file. */
    boolean hasData(long pfn) {
        return touched(backed, pfn);
    }

    /** Whether the whole page is in the file, by one segment. */
    boolean hasAllData(long pfn) {
        long start = pfn << pageShift;
        for (ByteRange range : backed) {
            if (range.contains(start, start + pageSize)) {
                return true;
            }
        }
        return false;
    }

    private boolean touched(List<ByteRange> ranges, long pfn) {
        long start = pfn << pageShift;
        for (ByteRange range : ranges) {
            if (range.touches(start, start + pageSize)) {
                return true;
            }
        }
        return false;
    }

    /** What the machine had in this page, whether or not the file holds it. */
    byte[] raw(long pfn) {
        byte[] structure = structures.get(pfn);
        if (structure != null) {
            return structure;
        }
        for (int i = fills.size() - 1; i >= 0; i--) {
            FillLine fill = fills.get(i);
            if (pfn >= fill.first() && pfn < fill.end()) {
                return fill.contents(pfn, pageSize);
            }
        }
        return PageFill.of(defaultFill, pfn, 0, pageSize);
    }

    /** What a reader of the file must see: bytes that are not in the file read as zeros. */
    byte[] seen(long pfn) {
        byte[] raw = raw(pfn);
        byte[] seen = new byte[pageSize];
        long start = pfn << pageShift;
        for (ByteRange range : backed) {
            if (range.touches(start, start + pageSize)) {
                int from = (int) (Math.max(range.start(), start) - start);
                int to = (int) (Math.min(range.end(), start + pageSize) - start);
                System.arraycopy(raw, from, seen, from, to - from);
            }
        }
        return seen;
    }

    /** Whether a kernel structure was placed in the page of this address. */
    boolean holdsStructure(long physical) {
        return structures.containsKey(physical >>> pageShift);
    }

    /** Makes the page one that holds structures; it begins as zeros. */
    void claim(long pfn) {
        structures.putIfAbsent(pfn, new byte[pageSize]);
    }

    void putLong(long physical, long value) {
        LittleEndian.putLong(structure(physical), offset(physical, Long.BYTES), value);
    }

    long getLong(long physical) {
        return LittleEndian.getLong(structure(physical), offset(physical, Long.BYTES));
    }

    void putInt(long physical, int value) {
        LittleEndian.putInt(structure(physical), offset(physical, Integer.BYTES), value);
    }

    void putShort(long physical, int value) {
        LittleEndian.putShort(structure(physical), offset(physical, Short.BYTES), value);
    }

    void putByte(long physical, int value) {
        structure(physical)[offset(physical, 1)] = (byte) value;
    }

    void putBytes(long physical, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            int offset = (int) (physical + done & pageSize - 1);
            int here = Math.min(bytes.length - done, pageSize - offset);
            System.arraycopy(bytes, done, structure(physical + done), offset, here);
            done += here;
        }
    }

    /** The bytes of the page that holds a structure. */
    byte[] structure(long physical) {
        byte[] page = structures.get(physical >>> pageShift);
        if (page == null) {
            throw new IllegalStateException("no structure was placed at 0x" + Long.toHexString(physical));
        }
        return page;
    }

    private int offset(long physical, int size) {
        int offset = (int) (physical & (pageSize - 1));
        if (offset + size > pageSize) {
            throw new IllegalStateException("a field crosses a page at 0x" + Long.toHexString(physical));
        }
        return offset;
    }
}
