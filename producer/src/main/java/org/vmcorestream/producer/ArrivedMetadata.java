// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.StripeClosed;

/** What page-metadata has of one stripe, from its records in order. */
final class ArrivedMetadata implements Arrived, OwnRecords.Taker {
    private final Stripe stripe;
    private final PfnRuns present;
    private final long oldest;
    private long first = Receipt.UNKNOWN;
    private long end = Receipt.UNKNOWN;
    private long lastChunk = -1;
    private long lastAt;
    private boolean broken;
    private OptionalInt digest = OptionalInt.empty();

    /** @param oldest time of the last record, milliseconds since 1970-01-01 UTC, before which a stripe that has not ended begins anew */
    ArrivedMetadata(Stripe stripe, PfnRuns present, long oldest) {
        this.stripe = stripe;
        this.present = present;
        this.oldest = oldest;
    }

    /** Takes what topic dumps says of a stripe that is there. */
    void told(long firstOffset, long endOffset, OptionalInt itsDigest) {
        first = firstOffset;
        end = endOffset;
        digest = itsDigest;
    }

    @Override
    public boolean take(String kind, String keyEnd, ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        switch (kind) {
            case "StripeOpened" -> {
                // A capture that had gone on before may have opened it anew; what was there already comes again then.
                first = first < 0 || broken ? record.offset() : first;
                broken = false;
            }
            case "ChunkMetadata" -> chunk(keyEnd);
            case "StripeClosed" -> {
                if (first >= 0 && !broken && nextChunk() < 0) {
                    end = record.offset();
                    digest = digest(record);
                }
            }
            default -> {
                return true;
            }
        }
        lastAt = record.timestamp();
        return end < 0;
    }

    private void chunk(String keyEnd) {
        if (!keyEnd.matches("/\\d{1,12}")) {
            return;
        }
        long chunk = Long.parseLong(keyEnd.substring(1));
        if (chunk == nextChunk()) {
            lastChunk = chunk;
        } else if (chunk > lastChunk) {
            broken = true;
            lastChunk = -1;
        }
    }

    /** The chunk that has to come next, -1 when none has to. */
    private long nextChunk() {
        long next = present.nextChunk(Math.max(lastChunk + 1, Chunk.of(stripe.firstPfn())));
        return next > Chunk.of(stripe.endPfn() - 1) ? -1 : next;
    }

    /** What the last record of a stripe says of its descriptors; empty when it is none. */
    static OptionalInt digest(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        try {
            return RecordCodec.decode(record.value()) instanceof StripeClosed closed
                    ? OptionalInt.of(closed.getDigest())
                    : OptionalInt.empty();
        } catch (MalformedRecordException e) {
            return OptionalInt.empty();
        }
    }

    @Override
    public boolean done() {
        return result().done();
    }

    @Override
    public long endedAt(long otherwise) {
        return end >= 0 && lastAt > 0 ? lastAt : otherwise;
    }

    /** What is there; nothing where it has to be sent anew. */
    StripeArrived.Metadata result() {
        boolean usable = first >= 0 && !broken && (end >= 0 || lastAt >= oldest);
        return usable ? new StripeArrived.Metadata(first, end, lastChunk, digest) : StripeArrived.Metadata.NOTHING;
    }
}
