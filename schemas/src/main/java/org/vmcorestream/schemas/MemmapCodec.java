// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PfnRanges;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeOpened;

/**
 * {@code ChunkMetadata.memmap}, format version 1.
 *
 * <pre>
 *  memmap  = [ version run* ]         nothing at all: no page of the memory map has a known place
 *  version = u8, 1
 *  run     = gap length frame         until the field ends
 *  gap     = varint: pages of the chunk's memory map left out before it
 *  length  = varint: pages - 1
 *  frame   = varint: page frame of its first page
 * </pre>
 *
 * Varints are unsigned LEB128 of 9 bytes at most. The memory map of a chunk that one large page maps takes 8 bytes. A record is
 * at most 90,113 bytes: 8,192 runs of one page, 11 bytes each.
 */
public final class MemmapCodec {
    /** Format version. */
    static final int VERSION = 1;

    private static final ThreadLocal<VarintWriter> WRITERS = ThreadLocal.withInitial(VarintWriter::new);

    private MemmapCodec() {}

    /** Encodes runs into an array of exactly their size. */
    public static byte[] encode(MemmapRuns memmap) {
        VarintWriter out = WRITERS.get().begin();
        if (memmap.runs() == 0) {
            return out.toBytes();
        }
        out.writeByte(VERSION);
        int index = 0;
        for (int run = 0; run < memmap.runs(); run++) {
            out.writeVarint(memmap.index(run) - index);
            out.writeVarint(memmap.length(run) - 1);
            out.writeVarint(memmap.frame(run));
            index = memmap.index(run) + memmap.length(run);
        }
        return out.toBytes();
    }

    /**
     * Decodes what a chunk says of its memory map.
     *
     * @param stripe first record of the chunk's stripe, checked
     * @throws MalformedRecordException as the other method does
     */
    public static void decode(ChunkMetadata chunk, StripeOpened stripe, MemmapRuns into)
            throws MalformedRecordException {
        int pageSize = 1 << stripe.getFacts().getPageShift();
        decode(chunk.getMemmap(), MemmapRuns.pages(stripe.getStructPageSize(), pageSize), into);
    }

    /**
     * Decodes runs; the buffer's position and limit bound what is read and are left alone.
     *
     * @param pages pages that the memory map of a chunk has, 0 to {@link MemmapRuns#MAX_PAGES}: {@link MemmapRuns#pages}
     * @throws MalformedRecordException when they are not well-formed, or name a page frame twice
     */
    public static void decode(ByteBuffer bytes, int pages, MemmapRuns into) throws MalformedRecordException {
        into.begin();
        if (!bytes.hasRemaining()) {
            return;
        }
        VarintReader in = new VarintReader("memmap", bytes);
        if (pages < 0 || pages > MemmapRuns.MAX_PAGES) {
            throw in.malformed("memory map of " + pages + " pages, expected 0 to " + MemmapRuns.MAX_PAGES);
        }
        in.readVersion(VERSION);
        int index = 0;
        while (in.remaining() > 0) {
            if (index == pages) {
                throw in.malformed(in.remaining() + " bytes behind the last of " + pages + " pages, expected none");
            }
            index += in.readVarint("pages left out", pages - index - 1);
            int length = in.readVarint("length of a run less one", pages - index - 1) + 1;
            long frame = in.readVarlong("page frame", PfnRanges.END_PFN - length);
            into.append(index, frame, length);
            index += length;
        }
        requireApart(in, into);
    }

    /** A page frame that two runs name could be dropped for the sake of one of them, though the other needs it. */
    private static void requireApart(VarintReader in, MemmapRuns memmap) throws MalformedRecordException {
        int runs = memmap.runs();
        if (runs < 2) {
            return;
        }
        long[] first = new long[runs];
        long[] end = new long[runs];
        for (int run = 0; run < runs; run++) {
            first[run] = memmap.frame(run);
            end[run] = memmap.frame(run) + memmap.length(run);
        }
        Arrays.sort(first);
        Arrays.sort(end);
        for (int run = 1; run < runs; run++) {
            if (first[run] < end[run - 1]) {
                throw in.malformed("page frame " + first[run] + " is named twice, expected every one once");
            }
        }
    }
}
