// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.vmcore.VmcoreException;

class ChunksAheadTest {
    /** More than are described ahead. */
    private static final int CHUNKS = 150;

    private static final DumpFacts DUMP = new DumpFacts("6.12.0-fake", "x86_64", "", "", "");

    private final FakeVmcore vmcore = new FakeVmcore().memory(0, CHUNKS * (long) Chunk.PAGES - 7);

    @Test
    void shouldDescribeEveryChunkOfEveryStripeInOrder() throws Exception {
        for (int i = 0; i < CHUNKS; i++) {
            vmcore.free(i * (long) Chunk.PAGES + (i << 4), 4);
        }
        PfnRuns present = new PfnRuns(vmcore.memory().present());
        List<Stripe> stripes = Stripe.plan(present, vmcore.memory().endPfn(), 12, 4L << 30, "d", 1);
        assertThat(stripes).hasSizeGreaterThan(2);
        try (ChunksAhead chunks =
                new ChunksAhead(vmcore, BuiltInRuleSets.capture(), EarlyRule.NONE, DUMP, present, stripes)) {
            ChunkDescriptors descriptors = new ChunkDescriptors();
            VerdictRuns verdict = new VerdictRuns();
            for (Stripe stripe : stripes) {
                VerdictEngine engine =
                        new VerdictEngine(BuiltInRuleSets.capture(), vmcore.pageFacts(), DUMP, stripe.endPfn());
                for (int i = 0; i < stripe.chunks(); i++) {
                    long number = Chunk.of(stripe.firstPfn()) + i;
                    vmcore.describer().describe(number, descriptors);
                    engine.decide(descriptors, verdict);
                    DescribedChunk chunk = chunks.take();
                    assertThat(chunk.number()).isEqualTo(number);
                    assertThat(chunk.pages()).isEqualTo(stripe.frames(number));
                    assertThat(chunk.descriptors()).isEqualTo(DescriptorCodec.encode(descriptors));
                    assertThat(runs(chunk.verdict())).isEqualTo(runs(verdict));
                    assertThat(chunk.anomalies()).isEqualTo(engine.anomalies());
                    chunks.giveBack(chunk);
                }
            }
        }
    }

    @Test
    void shouldGiveTheChunksBeforeOneThatCannotBeDescribed() throws Exception {
        vmcore.undescribable(100);
        try (ChunksAhead chunks = ahead()) {
            for (int i = 0; i < 100; i++) {
                DescribedChunk chunk = chunks.take();
                assertThat(chunk.number()).isEqualTo(i);
                chunks.giveBack(chunk);
            }
            assertThatThrownBy(chunks::take).isInstanceOf(VmcoreException.class);
        }
    }

    @Test
    void shouldSayWhatIsWrongBehindAsManyChunksAsItHolds() throws Exception {
        vmcore.undescribable(64);
        try (ChunksAhead chunks = ahead()) {
            for (int i = 0; i < 64; i++) {
                DescribedChunk chunk = chunks.take();
                assertThat(chunk.number()).isEqualTo(i);
                chunks.giveBack(chunk);
            }
            assertThatThrownBy(chunks::take).isInstanceOf(VmcoreException.class);
        }
    }

    @Test
    void shouldEndWhileNobodyTakesWhatItHolds() {
        assertThat(threads()).isZero();
        ahead().close();
        assertThat(threads()).isZero();
    }

    private ChunksAhead ahead() {
        PfnRuns present = new PfnRuns(vmcore.memory().present());
        List<Stripe> stripes = Stripe.plan(present, vmcore.memory().endPfn(), 12, 1L << 40, "d", 1);
        return new ChunksAhead(vmcore, BuiltInRuleSets.capture(), EarlyRule.NONE, DUMP, present, stripes);
    }

    /** First page frame, pages, and length and reason of each run. */
    private static List<Long> runs(VerdictRuns verdict) {
        List<Long> all = new ArrayList<>(List.of(verdict.firstPfn(), (long) verdict.pages()));
        for (int run = 0; run < verdict.runs(); run++) {
            all.add((long) verdict.length(run));
            all.add((long) verdict.reason(run));
        }
        return all;
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("describe"))
                .count();
    }
}
