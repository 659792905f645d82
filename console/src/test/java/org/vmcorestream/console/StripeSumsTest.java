// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ExclusionStats;

class StripeSumsTest {
    private static final long QUIET = 1000;

    private final StripeSums sums = new StripeSums(QUIET);

    private static DecidedStripe stripe(long number, int stripe, int stripes) throws MalformedRecordException {
        ExclusionStats stats = Sample.stats(
                Sample.odd(Sample.dump(number, Sample.RELEASE, 100 + stripe, 10), new PageAnomalies(1, 2, 3, 4)),
                stripe,
                stripes);
        stats.setDecidedAt(Sample.NOW + stripe);
        return DecidedStripe.of(stats, Sample.key(stats));
    }

    @Test
    void shouldAddUpTheStripesOfADumpOnceAllAreThere() throws Exception {
        assertThat(sums.add(stripe(1, 2, 3), 0)).isEmpty();
        assertThat(sums.add(stripe(1, 0, 3), 0)).isEmpty();
        assertThat(sums.waiting()).isEqualTo(1);

        DecidedDump dump = sums.add(stripe(1, 1, 3), 0).orElseThrow();

        assertThat(dump.pages("free")).isEqualTo(100 + 101 + 102);
        assertThat(dump.memoryPages()).isEqualTo(3 * 262_144);
        assertThat(dump.decidedAt()).isEqualTo(Sample.NOW + 2);
        assertThat(dump.anomalies()).isEqualTo(new PageAnomalies(3, 6, 9, 12));
        assertThat(dump.replay()).isFalse();
        assertThat(sums.waiting()).isZero();
    }

    @Test
    void shouldCountAStripeOnceHoweverOftenItComes() throws Exception {
        sums.add(stripe(1, 0, 2), 0);
        assertThat(sums.add(stripe(1, 0, 2), 0)).isEmpty();
        assertThat(sums.add(stripe(1, 1, 2), 0)).get().matches(dump -> dump.pages("free") == 201);
    }

    @Test
    void shouldHandOutADumpOnceHoweverOftenItIsDecided() throws Exception {
        assertThat(sums.add(stripe(1, 0, 1), 0)).isPresent();
        assertThat(sums.add(stripe(1, 0, 1), 0)).isEmpty();
        assertThat(sums.waiting()).isZero();
    }

    @Test
    void shouldTellRuleSetsOfADumpApart() throws Exception {
        ExclusionStats other = Sample.stats(Sample.under(Sample.dump(1, Sample.RELEASE, 5, 5), "mine@3"), 0, 1);

        assertThat(sums.add(stripe(1, 0, 1), 0)).isPresent();
        assertThat(sums.add(DecidedStripe.of(other, Sample.key(other)), 0)).isPresent();
    }

    @Test
    void shouldTakeADumpOfAnOlderProducerWhenItIsQuiet() throws Exception {
        sums.add(stripe(1, 0, 0), 5000);
        sums.add(stripe(1, 1, 0), 5500);
        sums.add(stripe(2, 0, 2), 5000);

        assertThat(sums.quiet(6499)).isEmpty();
        assertThat(sums.quiet(6500)).singleElement().matches(dump -> dump.pages("free") == 201);
        assertThat(sums.quiet(1L << 50)).isEmpty();
        assertThat(sums.add(stripe(1, 2, 0), 9000)).isEmpty();
        assertThat(sums.waiting()).isEqualTo(1);
    }

    @Test
    void shouldRefuseStripesThatCannotBeOfOneDump() throws Exception {
        sums.add(stripe(1, 0, 3), 0);
        assertThatThrownBy(() -> sums.add(stripe(1, 1, 4), 0))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("stripes is 4, expected 3 as before");

        ExclusionStats large = Sample.stats(Sample.dump(1, Sample.RELEASE, 5, 5), 1, 3);
        large.setPageShift(16);
        assertThatThrownBy(() -> sums.add(DecidedStripe.of(large, Sample.key(large)), 0))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("pageShift is 16, expected 12 as before");
    }

    @Test
    void shouldDropTheDumpThatWaitsLongestWhenTooManyWait() throws Exception {
        for (int i = 0; i <= StripeSums.MAX_OPEN; i++) {
            sums.add(stripe(i, 0, 2), 0);
        }

        assertThat(sums.waiting()).isEqualTo(StripeSums.MAX_OPEN);
        assertThat(sums.dropped()).isEqualTo(1);
        assertThat(sums.add(stripe(0, 1, 2), 0)).isEmpty();
        assertThat(sums.add(stripe(5, 1, 2), 0)).isPresent();
    }

    @Test
    void shouldRememberManyKeysExactly() {
        SeenVerdicts seen = new SeenVerdicts();
        for (int i = 0; i < 100_000; i++) {
            seen.add(Sample.id(i) + "/level-31");
            seen.add(Sample.id(i) + "/level-31");
        }

        assertThat(seen.size()).isEqualTo(100_000);
        assertThat(seen.contains(Sample.id(99_999) + "/level-31")).isTrue();
        assertThat(seen.contains(Sample.id(99_999) + "/level-30")).isFalse();
        assertThat(seen.contains(Sample.id(100_000) + "/level-31")).isFalse();
    }
}
