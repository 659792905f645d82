// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * What the decision on a stripe sends, with its key and headers: the same whether the dump has just come or is replayed.
 *
 * @param target where it goes
 * @param key key of the record
 * @param message what it says
 * @param headers its headers
 */
record VerdictRecord(Target target, byte[] key, SpecificRecordBase message, Headers headers) {
    /** Topics that verdicts are sent to. */
    enum Target {
        /** Topic verdicts, on the partition of the stripe. */
        VERDICTS,
        /** Topic exclusion-stats, by key. */
        EXCLUSION_STATS
    }

    /** The verdict on a chunk. */
    static VerdictRecord of(ChunkVerdict verdict) {
        long firstPfn = Chunk.firstPfn(verdict.getChunk());
        return new VerdictRecord(
                Target.VERDICTS,
                Keys.verdict(verdict.getDumpId(), verdict.getRuleSet(), verdict.getStripe(), verdict.getChunk()),
                verdict,
                RecordHeaders.of(verdict.getDumpId(), verdict, firstPfn, firstPfn + verdict.getPages()));
    }

    /** Totals of a stripe. */
    static VerdictRecord of(StripeOpened stripe, StripeVerdict total) {
        return new VerdictRecord(
                Target.VERDICTS,
                Keys.stripeVerdict(total.getDumpId(), total.getRuleSet(), total.getStripe()),
                total,
                RecordHeaders.of(total.getDumpId(), total, stripe.getFirstPfn(), stripe.getEndPfn()));
    }

    /** Statistics of a stripe. */
    static VerdictRecord of(StripeOpened stripe, ExclusionStats stats) {
        return new VerdictRecord(
                Target.EXCLUSION_STATS,
                Keys.exclusionStats(stats),
                stats,
                RecordHeaders.of(stats.getDumpId(), stats, stripe.getFirstPfn(), stripe.getEndPfn()));
    }
}
