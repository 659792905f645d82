// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.StripeVerdict;

/** State that outlived the topics it was made of, as the changelog topic does when only others are deleted. */
class IncarnationTest {
    private static final List<RuleSet> LEVEL_31 = List.of(BuiltInRuleSets.level(31));
    private static final Duration EXPIRY = Duration.ofDays(7);

    @TempDir
    private Path stateDir;

    private final StripeFixture stripe = StripeFixture.ofChunks(2);
    private final ChunkMetadata first = stripe.chunk(append(chunk(0), KEPT, 32_768));
    private final ChunkMetadata second = stripe.chunk(append(chunk(1), KEPT, 32_768));

    @Test
    void shouldBeginAStripeAnewOnTopicsThatWereMadeAnew() {
        try (Bench before = bench("before", "a/b");
                Bench after = bench("after", "c/d")) {
            before.send(stripe.opened(), first);
            assertThat(before.verdicts(ChunkVerdict.class)).hasSize(1);

            after.restore(before).send(stripe.opened(), first, second, stripe.closed());
            assertThat(after.verdictRecords()).hasSize(3);
            assertThat(after.problems()).isEmpty();
        }
    }

    @Test
    void shouldGoOnWithAStripeOnTheSameTopics() {
        try (Bench before = bench("before", "a/b");
                Bench after = bench("after", "a/b")) {
            before.send(stripe.opened(), first);
            after.restore(before).send(stripe.opened(), first, second, stripe.closed());
            assertThat(after.verdicts(ChunkVerdict.class))
                    .extracting(ChunkVerdict::getChunk)
                    .containsExactly(1L);
            assertThat(after.problems()).isEmpty();
            assertThat(after.store().approximateNumEntries()).isZero();
        }
    }

    @Test
    void shouldGoOnWithAStripeOfAVersionThatDidNotSayWhichTopics() {
        try (Bench before = bench("before", "");
                Bench after = bench("after", "a/b")) {
            before.send(stripe.opened(), first);
            after.restore(before).send(second);
            assertThat(after.verdicts(ChunkVerdict.class))
                    .extracting(ChunkVerdict::getChunk)
                    .containsExactly(1L);
            assertThat(after.store().approximateNumEntries()).isEqualTo(1);
            after.send(stripe.closed());
            assertThat(after.verdicts(StripeVerdict.class)).hasSize(1);
            assertThat(after.problems()).isEmpty();
            assertThat(after.store().approximateNumEntries()).isZero();
        }
    }

    @Test
    void shouldForgetStripesOfTopicsThatAreNoMore() {
        try (Bench before = bench("before", "a/b");
                Bench after = bench("after", "c/d")) {
            before.send(stripe.opened(), first);
            after.restore(before).advance(EXPIRY.plusDays(1));
            assertThat(after.store().approximateNumEntries()).isZero();
        }
    }

    private Bench bench(String name, String incarnation) {
        return new Bench(LEVEL_31, EXPIRY, stateDir.resolve(name), incarnation);
    }
}
