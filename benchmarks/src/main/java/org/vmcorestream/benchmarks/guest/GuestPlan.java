// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.memory.MemoryExtents;

/**
 * Where a large guest's memory is, in the guest and in the file.
 *
 * @param copies the real guest's memory in the new file: whole sections one behind the other, and then what is left
 * @param sources where each of {@code copies} is in the real guest's file
 * @param units how many of {@code copies}, from the first on, are whole sections; together they are a tile
 * @param tileBytes bytes of a tile
 * @param tilesAt physical address of the first tile
 * @param tilesBytes bytes of all tiles; the last one may be cut, at a section
 */
record GuestPlan(List<Piece> copies, List<Long> sources, int units, long tileBytes, long tilesAt, long tilesBytes) {
    /** Bytes of a section of memory: SECTION_SIZE_BITS is 27. */
    static final long SECTION = 1L << 27;

    /** What large pages of the kernel's direct map span. */
    static final long GIB = 1L << 30;

    /** Room for headers and notes in front of memory. */
    static final long DATA_AT = 2 << 20;

    private static final long PAGE = 4096;

    /**
     * Lays a guest out.
     *
     * @param loads the real guest's memory
     * @param size bytes of the new guest's memory, those of the real one in whole sections included
     */
    static GuestPlan of(List<Segment> loads, long size) {
        loads.forEach(GuestPlan::check);
        MemoryExtents extents = MemoryExtents.of(loads);
        List<Piece> whole = new ArrayList<>();
        List<Piece> rest = new ArrayList<>();
        long end = 0;
        for (int i = 0; i < extents.count(); i++) {
            Piece extent = new Piece(extents.start(i), extents.end(i) - extents.start(i), extents.offset(i));
            end = extent.end();
            long from = Math.min(end, roundUp(extent.phys(), SECTION));
            long to = Math.max(from, end & -SECTION);
            add(rest, extent, extent.phys(), from);
            add(whole, extent, from, to);
            add(rest, extent, to, end);
        }
        List<Piece> copies = new ArrayList<>();
        List<Long> sources = new ArrayList<>();
        long at = DATA_AT;
        long tile = whole.stream().mapToLong(Piece::length).sum();
        List<Piece> all = new ArrayList<>(whole);
        all.addAll(rest);
        for (Piece piece : all) {
            copies.add(new Piece(piece.phys(), piece.length(), at));
            sources.add(piece.offset());
            at += piece.length();
        }
        if (tile == 0 || size < tile || size % SECTION != 0) {
            throw new GuestException("size of " + size + " bytes, expected a multiple of 128 MiB from the " + tile
                    + " bytes on that the given vmcore has in whole sections");
        }
        return new GuestPlan(
                List.copyOf(copies), List.copyOf(sources), whole.size(), tile, roundUp(end, GIB) + GIB, size - tile);
    }

    private static void check(Segment segment) {
        if ((segment.phys() | segment.memorySize()) % PAGE != 0 || segment.fileSize() != segment.memorySize()) {
            throw new GuestException("program header " + segment.index() + " has " + segment.fileSize() + " of "
                    + segment.memorySize() + " bytes of memory at 0x" + Long.toHexString(segment.phys())
                    + " in the file, expected all of them, and whole pages");
        }
    }

    private static void add(List<Piece> pieces, Piece extent, long from, long to) {
        if (to > from) {
            pieces.add(new Piece(from, to - from, extent.offset() + (from - extent.phys())));
        }
    }

    /**
     * Physical address of the new tables: in front of the tiles, where no section is. Pages without a struct page are kept,
     * unless they are behind the last section, where readers look for no memory.
     */
    long tablesAt() {
        return tilesAt - GIB;
    }

    /** Where the new tables begin in the file. */
    long tablesOffset() {
        Piece last = copies.get(copies.size() - 1);
        return last.offset() + last.length();
    }

    /** Number of sections in all tiles. */
    int newSections() {
        return (int) (tilesBytes / SECTION);
    }

    /** The real guest's physical address that a place in a tile shows again. */
    long original(long inTile) {
        long at = inTile;
        for (Piece unit : copies.subList(0, units)) {
            if (at < unit.length()) {
                return unit.phys() + at;
            }
            at -= unit.length();
        }
        throw new IllegalArgumentException("0x" + Long.toHexString(inTile) + " of a tile of " + tileBytes + " bytes");
    }

    /** Where a tile has what the real guest has at {@code phys}; {@code phys} itself where the tile has none of it. */
    long inTile(long tile, long phys, long length) {
        long at = 0;
        for (Piece unit : copies.subList(0, units)) {
            if (unit.contains(phys)) {
                long offset = tile * tileBytes + at + (phys - unit.phys());
                return phys + length <= unit.end() && offset + length <= tilesBytes ? tilesAt + offset : phys;
            }
            at += unit.length();
        }
        return phys;
    }

    /** The tiles, each showing the file's bytes of the first. */
    List<Piece> tiles() {
        List<Piece> tiles = new ArrayList<>();
        for (long at = 0; at < tilesBytes; at += tileBytes) {
            tiles.add(new Piece(tilesAt + at, Math.min(tileBytes, tilesBytes - at), DATA_AT));
        }
        return tiles;
    }

    static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }
}
