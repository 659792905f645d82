// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;

/**
 * {@code ChunkMetadata.descriptors}, format version 1.
 *
 * <pre>
 *  descriptors = version entries dictionary run*
 *  version     = u8, 1
 *  entries     = varint, 0 to 32,768
 *  dictionary  = entries times flags u32, mapcount u32, shape u32   little-endian; see Descriptor
 *  run         = token [entry] [length]                             until the pages of the chunk are described
 *
 *   7     5 4           0
 *  +-------+-------------+
 *  |  ref  |   length    |  token
 *  +-------+-------------+
 *   ref     0..5  the 2nd to 7th most recent entry
 *           6     the next entry of the dictionary that was never called by this ref, from 0
 *           7     varint entry follows
 *   length  1..31 pages
 *           0     varint follows (behind entry, if there is one): pages - 32
 * </pre>
 *
 * The most recent entry is the one of the run before, which a run never has to name. After every run its entry becomes the
 * most recent one: it leaves its old place when a ref of 0 to 5 named it there, and otherwise pushes the seventh out.
 * Varints are unsigned LEB128 of 9 bytes at most. A chunk is at most 589,828 bytes: 32,768 entries of 12 bytes, and as many
 * runs of six.
 */
public final class DescriptorCodec {
    /** Format version. */
    static final int VERSION = 1;

    private static final int ENTRY_BYTES = 3 * Integer.BYTES;
    private static final int REF_SHIFT = 5;
    private static final int REF_FAR = 3;
    private static final int REF_NEXT = 6;
    private static final int REF_EXPLICIT = 7;
    private static final int LENGTH_MASK = 0x1f;

    /** The most recent entries, four in a word, the first one lowest; 0xffff where there is none yet. */
    private static final int LANE = 16;

    private static final int LANE_MASK = 0xffff;
    private static final int LAST = 3 * LANE;

    /** A run never names the most recent entry: a bit that makes the first lane no match. */
    private static final long NOT_FIRST = 1;

    /** There are seven recent entries, the eighth lane is none of them. */
    private static final long NOT_LAST = -1L >>> LANE;

    private static final long EVERY_LANE = 0x0001_0001_0001_0001L;
    private static final long NOBODY = -1;

    private static final ThreadLocal<VarintWriter> WRITERS = ThreadLocal.withInitial(VarintWriter::new);

    private DescriptorCodec() {}

    /** Encodes the descriptors of a chunk into an array of exactly their size. */
    public static byte[] encode(ChunkDescriptors chunk) {
        VarintWriter out = WRITERS.get().begin();
        out.writeByte(VERSION);
        out.writeVarint(chunk.entries());
        for (int entry = 0; entry < chunk.entries(); entry++) {
            out.writeInt(chunk.flags(entry));
            out.writeInt(chunk.mapcount(entry));
            out.writeInt(chunk.shape(entry));
        }
        long near = NOBODY;
        long far = NOBODY;
        int next = 0;
        for (int run = 0; run < chunk.runs(); run++) {
            int entry = chunk.runEntry(run);
            int length = chunk.runLength(run);
            int token = length <= LENGTH_MASK ? length : 0;
            long inNear = zeroLanes(near ^ entry * EVERY_LANE | NOT_FIRST);
            long inFar = zeroLanes(far ^ entry * EVERY_LANE) & NOT_LAST;
            if (inNear != 0) {
                int shift = Long.numberOfTrailingZeros(inNear) & -LANE;
                out.writeByte(shift / LANE - 1 << REF_SHIFT | token);
                near = toFront(near, entry, shift);
            } else if (inFar != 0) {
                int shift = Long.numberOfTrailingZeros(inFar) & -LANE;
                out.writeByte(shift / LANE + REF_FAR << REF_SHIFT | token);
                far = toFront(far, near >>> LAST, shift);
                near = near << LANE | entry;
            } else {
                out.writeByte((entry == next ? REF_NEXT : REF_EXPLICIT) << REF_SHIFT | token);
                if (entry == next) {
                    next++;
                } else {
                    out.writeVarint(entry);
                }
                far = far << LANE | near >>> LAST;
                near = near << LANE | entry;
            }
            if (length > LENGTH_MASK) {
                out.writeVarint(length - LENGTH_MASK - 1);
            }
        }
        return out.toBytes();
    }

    /**
     * Decodes descriptors; the buffer's position and limit bound what is read and are left alone.
     *
     * @param pages number of pages they must describe
     * @throws MalformedRecordException when they do not, or are not well-formed
     */
    public static void decode(ByteBuffer bytes, long firstPfn, int pages, ChunkDescriptors into)
            throws MalformedRecordException {
        VarintReader in = new VarintReader("descriptors", bytes);
        if (pages < 0 || pages > Chunk.PAGES) {
            throw in.malformed("chunk of " + pages + " pages, expected 0 to " + Chunk.PAGES);
        }
        in.readVersion(VERSION);
        into.begin(firstPfn);
        readDictionary(in, into);
        readRuns(in, pages, into);
        if (in.remaining() > 0) {
            throw in.malformed(in.remaining() + " bytes behind the last run, expected none");
        }
    }

    private static void readDictionary(VarintReader in, ChunkDescriptors into) throws MalformedRecordException {
        int entries = in.readVarint("number of dictionary entries", Chunk.PAGES);
        if (entries > in.remaining() / ENTRY_BYTES) {
            throw in.malformed(entries + " dictionary entries in " + in.remaining() + " bytes, expected " + ENTRY_BYTES
                    + " bytes for each");
        }
        into.addEntries(in.readInts(3 * entries));
        int strange = 0;
        for (int entry = 0; entry < entries; entry++) {
            strange |= into.shape(entry) & ~Descriptor.SHAPE_MASK;
        }
        for (int entry = 0; strange != 0 && entry < entries; entry++) {
            int shape = into.shape(entry);
            if ((shape & ~Descriptor.SHAPE_MASK) != 0) {
                in.skip(ENTRY_BYTES * (entry + 1 - entries));
                throw in.malformed("shape of dictionary entry " + entry + " is 0x" + Integer.toHexString(shape)
                        + ", expected no bit outside 0x" + Integer.toHexString(Descriptor.SHAPE_MASK));
            }
        }
    }

    private static void readRuns(VarintReader in, int pages, ChunkDescriptors into) throws MalformedRecordException {
        int entries = into.entries();
        long near = NOBODY;
        long far = NOBODY;
        int next = 0;
        int left = pages;
        while (left > 0) {
            int token = in.readByte();
            int ref = token >>> REF_SHIFT;
            int entry;
            if (ref >= REF_NEXT) {
                entry = ref == REF_NEXT ? next++ : in.readVarint("dictionary entry", Chunk.PAGES - 1);
                far = far << LANE | near >>> LAST;
                near = near << LANE | entry;
            } else if (ref < REF_FAR) {
                int shift = (ref + 1) * LANE;
                entry = (int) (near >>> shift) & LANE_MASK;
                near = toFront(near, entry, shift);
            } else {
                int shift = (ref - REF_FAR) * LANE;
                entry = (int) (far >>> shift) & LANE_MASK;
                far = toFront(far, near >>> LAST, shift);
                near = near << LANE | entry;
            }
            if (entry >= entries) {
                throw in.malformed(
                        "run points at dictionary entry " + (entry == LANE_MASK ? -1 : entry) + " of " + entries);
            }
            int length = token & LENGTH_MASK;
            if (length == 0) {
                length = in.readVarint("length of a run", Chunk.PAGES) + LENGTH_MASK + 1;
            }
            if (length > left) {
                throw in.malformed("run of " + length + " pages, expected at most the " + left + " left of " + pages);
            }
            into.appendRun(entry, length);
            left -= length;
        }
    }

    /** Puts {@code first} before the lanes up to the one at {@code shift}, which is gone. */
    private static long toFront(long lanes, long first, int shift) {
        long moved = -1L >>> LAST - shift;
        return lanes & ~moved | lanes << LANE & moved | first;
    }

    /** The highest bit of each lane that is 0; the lowest of them is right, those above it may be set without reason. */
    private static long zeroLanes(long lanes) {
        return lanes - EVERY_LANE & ~lanes & EVERY_LANE << LANE - 1;
    }
}
