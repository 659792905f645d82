// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * The descriptors of one chunk: a small dictionary, and runs that point into it. Made to be reused, so that describing a
 * dump allocates nothing after its first chunk.
 *
 * <p>Dictionary before runs is what makes rules cheap: a rule is evaluated once for each entry, not for each page. An
 * instance belongs to one thread.
 */
public final class ChunkDescriptors {

    private long firstPfn;
    private int pages;

    private int entries;
    private int[] words = new int[3 * 256];
    private int runs;
    private int[] runEntry = new int[1024];
    private int[] runLength = new int[1024];

    /** Open addressing over the dictionary: entry + 1, or 0 where the slot is empty. Length is a power of two. */
    private int[] slots = new int[1024];

    /** Empties the chunk and says where it begins; {@code firstPfn} is the first page frame described. */
    public void begin(long firstPfn) {
        this.firstPfn = firstPfn;
        pages = 0;
        entries = 0;
        runs = 0;
        Arrays.fill(slots, 0);
    }

    /**
     * Describes the next {@code length} pages.
     *
     * @throws IllegalArgumentException when the chunk would hold more than {@link Chunk#PAGES} pages, or {@code length}
     *     is not positive
     */
    public void append(int flags, int mapcount, int shape, int length) {
        if (runs > 0) {
            int last = 3 * runEntry[runs - 1];
            if (words[last] == flags && words[last + 1] == mapcount && words[last + 2] == shape) {
                grow(length);
                runLength[runs - 1] += length;
                return;
            }
        }
        appendRun(entryOf(flags, mapcount, shape), length);
    }

    /** Adds a dictionary entry without looking for an equal one: for a reader that restores a dictionary as it was. */
    public int addEntry(int flags, int mapcount, int shape) {
        if (entries == Chunk.PAGES) {
            throw new IllegalArgumentException("more than " + Chunk.PAGES + " dictionary entries in a chunk");
        }
        int at = 3 * entries;
        if (at == words.length) {
            words = Arrays.copyOf(words, words.length * 2);
        }
        words[at] = flags;
        words[at + 1] = mapcount;
        words[at + 2] = shape;
        return entries++;
    }

    /**
     * Adds dictionary entries without looking for equal ones.
     *
     * @param triples flags, mapcount and shape of each; all that remains of it is taken
     */
    public void addEntries(IntBuffer triples) {
        int length = triples.remaining();
        if (length % 3 != 0 || length / 3 > Chunk.PAGES - entries) {
            throw new IllegalArgumentException(length + " words of dictionary entries behind " + entries
                    + " entries, expected three for each of at most " + Chunk.PAGES);
        }
        int end = 3 * entries + length;
        if (end > words.length) {
            words = Arrays.copyOf(words, Math.max(end, Math.min(2 * words.length, 3 * Chunk.PAGES)));
        }
        triples.get(words, 3 * entries, length);
        entries += length / 3;
    }

    /** Adds a run of {@code length} pages of dictionary entry {@code entry}. */
    public void appendRun(int entry, int length) {
        if (entry < 0 || entry >= entries) {
            throw new IllegalArgumentException("run points at dictionary entry " + entry + " of " + entries);
        }
        grow(length);
        if (runs == runEntry.length) {
            runEntry = Arrays.copyOf(runEntry, runs * 2);
            runLength = Arrays.copyOf(runLength, runs * 2);
        }
        runEntry[runs] = entry;
        runLength[runs++] = length;
    }

    private void grow(int length) {
        if (length <= 0 || length > Chunk.PAGES - pages) {
            throw new IllegalArgumentException("run of " + length + " pages after " + pages
                    + " in a chunk, expected 1 to " + (Chunk.PAGES - pages));
        }
        pages += length;
    }

    private int entryOf(int flags, int mapcount, int shape) {
        int slot = slotOf(flags, mapcount, shape);
        for (; slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            int at = 3 * (slots[slot] - 1);
            if (words[at] == flags && words[at + 1] == mapcount && words[at + 2] == shape) {
                return slots[slot] - 1;
            }
        }
        int entry = addEntry(flags, mapcount, shape);
        slots[slot] = entry + 1;
        if (entries * 2 > slots.length) {
            rehash();
        }
        return entry;
    }

    private void rehash() {
        slots = new int[slots.length * 4];
        for (int entry = 0; entry < entries; entry++) {
            int at = 3 * entry;
            int slot = slotOf(words[at], words[at + 1], words[at + 2]);
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = entry + 1;
        }
    }

    private int slotOf(int flags, int mapcount, int shape) {
        long mixed = (flags * 0x9E3779B97F4A7C15L ^ mapcount) * 0xC2B2AE3D27D4EB4FL ^ shape;
        mixed *= 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & slots.length - 1;
    }

    /** First page frame described. */
    public long firstPfn() {
        return firstPfn;
    }

    /** Pages described, 0 to {@link Chunk#PAGES}. */
    public int pages() {
        return pages;
    }

    /** Entries of the dictionary. */
    public int entries() {
        return entries;
    }

    /** {@code page.flags} of a dictionary entry, low word. */
    public int flags(int entry) {
        return words[3 * entry];
    }

    /** {@code page._mapcount} of a dictionary entry. */
    public int mapcount(int entry) {
        return words[3 * entry + 1];
    }

    /** Shape of a dictionary entry, see {@link Descriptor}. */
    public int shape(int entry) {
        return words[3 * entry + 2];
    }

    /** A dictionary entry as a record. */
    public Descriptor descriptor(int entry) {
        return new Descriptor(flags(entry), mapcount(entry), shape(entry));
    }

    /** Flags, mapcount and shape of each dictionary entry; for loops over many of them, which only read it. */
    int[] words() {
        return words;
    }

    /** Number of runs. */
    public int runs() {
        return runs;
    }

    /** Dictionary entry of a run. */
    public int runEntry(int run) {
        return runEntry[run];
    }

    /** Pages of a run, at least 1. */
    public int runLength(int run) {
        return runLength[run];
    }
}
