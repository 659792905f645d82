// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import java.util.Arrays;
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
    private static final int WINDOW = 7;
    private static final int REF_SHIFT = 5;
    private static final int REF_NEXT = 6;
    private static final int REF_EXPLICIT = 7;
    private static final int LENGTH_MASK = 0x1f;

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
        int[] recent = new int[WINDOW];
        Arrays.fill(recent, -1);
        int next = 0;
        for (int run = 0; run < chunk.runs(); run++) {
            int entry = chunk.runEntry(run);
            int length = chunk.runLength(run);
            int rank = rankOf(entry, recent);
            int ref = rank < WINDOW ? rank - 1 : entry == next ? REF_NEXT : REF_EXPLICIT;
            out.writeByte(ref << REF_SHIFT | (length <= LENGTH_MASK ? length : 0));
            if (ref == REF_NEXT) {
                next++;
            } else if (ref == REF_EXPLICIT) {
                out.writeVarint(entry);
            }
            if (length > LENGTH_MASK) {
                out.writeVarint(length - LENGTH_MASK - 1);
            }
            toFront(recent, Math.min(rank, WINDOW - 1), entry);
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
        for (int entry = 0; entry < entries; entry++) {
            int flags = in.readInt();
            int mapcount = in.readInt();
            int shape = in.readInt();
            if ((shape & ~Descriptor.SHAPE_MASK) != 0) {
                throw in.malformed("shape of dictionary entry " + entry + " is 0x" + Integer.toHexString(shape)
                        + ", expected no bit outside 0x" + Integer.toHexString(Descriptor.SHAPE_MASK));
            }
            into.addEntry(flags, mapcount, shape);
        }
    }

    private static void readRuns(VarintReader in, int pages, ChunkDescriptors into) throws MalformedRecordException {
        int entries = into.entries();
        int[] recent = new int[WINDOW];
        Arrays.fill(recent, -1);
        int next = 0;
        int left = pages;
        while (left > 0) {
            int token = in.readByte();
            int ref = token >>> REF_SHIFT;
            int rank = WINDOW - 1;
            int entry;
            if (ref < REF_NEXT) {
                rank = ref + 1;
                entry = recent[rank];
            } else if (ref == REF_NEXT) {
                entry = next++;
            } else {
                entry = in.readVarint("dictionary entry", Chunk.PAGES - 1);
            }
            if (entry < 0 || entry >= entries) {
                throw in.malformed("run points at dictionary entry " + entry + " of " + entries);
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
            toFront(recent, rank, entry);
        }
    }

    /** Place of an entry among the recent ones, 1 to 6; {@link #WINDOW} when it is none of them or the most recent one. */
    private static int rankOf(int entry, int[] recent) {
        int rank = 1;
        while (rank < WINDOW && recent[rank] != entry) {
            rank++;
        }
        return rank;
    }

    private static void toFront(int[] recent, int rank, int entry) {
        for (int i = rank; i > 0; i--) {
            recent[i] = recent[i - 1];
        }
        recent[0] = entry;
    }
}
