// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;

class DecidedStripeTest {
    private static ExclusionStats stats() {
        return Sample.stats(Sample.dump(1, Sample.RELEASE, 26_214, 52_429), 0, 1);
    }

    private static void refused(Consumer<ExclusionStats> damage, String message) {
        ExclusionStats stats = stats();
        damage.accept(stats);
        assertThatThrownBy(() -> DecidedStripe.of(stats, Sample.key(stats)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldTakeSharesOfMemoryWithoutHoles() throws Exception {
        ExclusionStats stats = stats();
        DecidedDump dump = DecidedStripe.of(stats, Sample.key(stats)).verdict();

        assertThat(dump.memoryPages()).isEqualTo(262_144);
        assertThat(dump.dataBytes()).isEqualTo(1L << 30);
        assertThat(dump.share("free")).isEqualTo(0.1, within(1e-4));
        assertThat(dump.ratio()).isEqualTo(0.3, within(1e-4));
        assertThat(dump.exclusions()).containsExactly("free", "cache");
    }

    @Test
    void shouldTakeADumpOfNothing() throws Exception {
        ExclusionStats stats = stats();
        stats.setCounts(List.of());
        DecidedDump dump = DecidedStripe.of(stats, Sample.key(stats)).verdict();

        assertThat(dump.ratio()).isZero();
        assertThat(dump.share("free")).isZero();
    }

    @Test
    void shouldRefuseValuesOutOfRange() {
        refused(stats -> stats.setDumpId("../../etc"), "dump id is ../../etc, expected a UUID");
        refused(stats -> stats.setRuleSet("Level 31\n"), "rule set is Level 31, expected");
        refused(stats -> stats.setStripes(-1), "stripes is -1, expected 0 to 2^16");
        refused(stats -> stats.setStripes(65_537), "stripes is 65537");
        refused(stats -> stats.setStripe(1), "stripe is 1, expected 0 to 0");
        refused(stats -> stats.setStripe(-1), "stripe is -1");
        refused(stats -> stats.setPageShift(40), "pageShift is 40, expected 12 to 16");
        refused(stats -> stats.setDecidedAt(-1L), "decidedAt is -1");
        refused(stats -> stats.setMisaligned(-3L), "misaligned is -3");
        refused(stats -> stats.setUnknownTypes(Long.MAX_VALUE), "unknownTypes is 9223372036854775807");
    }

    @Test
    void shouldRefuseCountsThatCannotBe() {
        refused(stats -> stats.setCounts(List.of(new ReasonCount("free", -1L))), "pages of free is -1");
        refused(stats -> stats.setCounts(List.of(new ReasonCount("a b", 1L))), "reason is a b, expected");
        refused(
                stats -> stats.setCounts(List.of(new ReasonCount("free", 1L), new ReasonCount("free", 1L))),
                "reason is free, expected each only once");
        refused(
                stats ->
                        stats.setCounts(List.of(new ReasonCount("free", 1L << 52), new ReasonCount("cache", 1L << 52))),
                "pages in all is");
        List<ReasonCount> many = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            many.add(new ReasonCount("r" + i, 1L));
        }
        refused(stats -> stats.setCounts(many), "number of reasons is 65, expected at most 64");
    }

    @Test
    void shouldRefuseARecordUnderTheKeyOfAnother() {
        ExclusionStats stats = stats();
        assertThatThrownBy(() -> DecidedStripe.of(stats, Sample.id(2) + "/level-31/0"))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("key is " + Sample.id(2));
    }

    @Test
    void shouldCutAndCleanNames() throws Exception {
        ExclusionStats stats = stats();
        stats.setTenant("a\nb\u0000" + "x".repeat(100_000));
        DecidedDump dump = DecidedStripe.of(stats, Sample.key(stats)).verdict();

        assertThat(dump.tenant()).startsWith("a b ").hasSizeLessThanOrEqualTo(256);
    }
}
