// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;

/**
 * {@code ChunkVerdict.runs}, format version 1.
 *
 * <pre>
 *  runs    = version run*
 *  version = u8, 1
 *  run     = token [reason] [length]      until the pages of the chunk are decided
 *
 *   7     5 4           0
 *  +-------+-------------+
 *  | reason|   length    |  token
 *  +-------+-------------+
 *   reason  0..6  index into ChunkVerdict.reasons
 *           7     u8 follows: the index
 *   length  1..31 pages
 *           0     varint follows (behind reason, if there is one): pages - 32
 * </pre>
 *
 * Varints are unsigned LEB128 of 9 bytes at most. A chunk is at most 65,537 bytes: 32,768 runs of one page with a reason
 * above 6.
 */
public final class VerdictCodec {
    /** Format version. */
    static final int VERSION = 1;

    private static final int REASON_SHIFT = 5;
    private static final int REASON_EXPLICIT = 7;
    private static final int LENGTH_MASK = 0x1f;

    private static final ThreadLocal<VarintWriter> WRITERS = ThreadLocal.withInitial(VarintWriter::new);

    private VerdictCodec() {}

    /** Encodes the runs of a verdict, reasons as they are, into an array of exactly their size. */
    public static byte[] encode(VerdictRuns verdict) {
        return encode(verdict, null);
    }

    /**
     * Encodes the runs of a verdict into an array of exactly their size.
     *
     * @param indexOf for each reason code of the verdict its index in {@code ChunkVerdict.reasons}, 0 to 63; null: the
     *     same number
     */
    public static byte[] encode(VerdictRuns verdict, int[] indexOf) {
        VarintWriter out = WRITERS.get().begin();
        out.writeByte(VERSION);
        for (int run = 0; run < verdict.runs(); run++) {
            int length = verdict.length(run);
            int reason = indexOf == null ? verdict.reason(run) : indexOf[verdict.reason(run)];
            if (reason < 0 || reason >= RuleSet.MAX_REASONS) {
                throw new IllegalArgumentException("reason code " + verdict.reason(run) + " has index " + reason
                        + ", expected 0 to " + (RuleSet.MAX_REASONS - 1));
            }
            out.writeByte(Math.min(reason, REASON_EXPLICIT) << REASON_SHIFT | (length <= LENGTH_MASK ? length : 0));
            if (reason >= REASON_EXPLICIT) {
                out.writeByte(reason);
            }
            if (length > LENGTH_MASK) {
                out.writeVarint(length - LENGTH_MASK - 1);
            }
        }
        return out.toBytes();
    }

    /**
     * Decodes runs; the buffer's position and limit bound what is read and are left alone.
     *
     * @param pages number of pages they must decide
     * @param reasons number of reasons they may point at
     * @throws MalformedRecordException when they do not, or are not well-formed
     */
    public static void decode(ByteBuffer bytes, long firstPfn, int pages, int reasons, VerdictRuns into)
            throws MalformedRecordException {
        VarintReader in = new VarintReader("verdict runs", bytes);
        if (pages < 0 || pages > Chunk.PAGES) {
            throw in.malformed("verdict on " + pages + " pages, expected 0 to " + Chunk.PAGES);
        }
        if (reasons < 0 || reasons > RuleSet.MAX_REASONS) {
            throw in.malformed(reasons + " reasons, expected 0 to " + RuleSet.MAX_REASONS);
        }
        in.readVersion(VERSION);
        into.begin(firstPfn);
        int left = pages;
        while (left > 0) {
            int token = in.readByte();
            int reason = token >>> REASON_SHIFT;
            if (reason == REASON_EXPLICIT) {
                reason = in.readByte();
            }
            if (reason >= reasons) {
                throw in.malformed("run points at reason " + reason + " of " + reasons);
            }
            int length = token & LENGTH_MASK;
            if (length == 0) {
                length = in.readVarint("length of a run", Chunk.PAGES) + LENGTH_MASK + 1;
            }
            if (length > left) {
                throw in.malformed("run of " + length + " pages, expected at most the " + left + " left of " + pages);
            }
            into.append(reason, length);
            left -= length;
        }
        if (in.remaining() > 0) {
            throw in.malformed(in.remaining() + " bytes behind the last run, expected none");
        }
    }
}
