// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;

class AlarmRulesTest {
    private final AlarmRules rules = new AlarmRules(AlarmThresholds.USUAL);
    private long number;

    private DecidedDump ordinary(String release) {
        number++;
        return Sample.dump(number, release, 70_000 + number * 7919 % 9000, 50_000 + number * 6133 % 9000);
    }

    private void past(int dumps, String release) {
        for (int i = 0; i < dumps; i++) {
            assertThat(rules.judge(ordinary(release))).isEmpty();
        }
    }

    @Test
    void shouldRaiseNoFreePagesWithoutAnyHistory() {
        List<Alarm> alarms = rules.judge(Sample.dump(1, Sample.RELEASE, 0, 50_000));

        assertThat(alarms).hasSize(1);
        Alarm alarm = alarms.get(0);
        assertThat(alarm.getKind()).isEqualTo(AlarmKind.NO_FREE_PAGES);
        assertThat(alarm.getReason()).isEmpty();
        assertThat(alarm.getRaisedAt()).isEqualTo(Sample.NOW + 1);
        assertThat(alarm.getSamples()).isZero();
        assertThat(alarm.getText())
                .contains("none of 262,144 pages (1 GiB) is free")
                .contains(Sample.id(1));
    }

    @Test
    void shouldNotMissFreePagesThatTheRuleSetDoesNotExclude() {
        DecidedDump dump = Sample.dump(1, Sample.RELEASE, 0, 50_000);
        var pages = new java.util.LinkedHashMap<>(dump.pages());
        pages.remove("free");
        DecidedDump level15 = new DecidedDump(
                dump.dumpId(),
                "level-15",
                dump.decidedAt(),
                dump.kernelRelease(),
                "",
                "",
                12,
                pages,
                dump.anomalies(),
                false);

        assertThat(rules.judge(level15)).isEmpty();
    }

    @Test
    void shouldNotMissFreePagesInNextToNoMemory() {
        AlarmRules large = new AlarmRules(new AlarmThresholds(2L << 30, 100, 20, 5, 0.05, 2));

        assertThat(large.judge(Sample.dump(1, Sample.RELEASE, 0, 0))).isEmpty();
        assertThat(large.history().size()).isZero();
    }

    @Test
    void shouldRaiseEveryKindOfOddPages() {
        DecidedDump dump = Sample.odd(ordinary(Sample.RELEASE), new PageAnomalies(3, 4, 5, 6));

        assertThat(rules.judge(dump))
                .extracting(Alarm::getKind, Alarm::getValue, Alarm::getExpected)
                .containsExactlyInAnyOrder(
                        tuple(AlarmKind.MISALIGNED_BLOCKS, 3.0, 0.0),
                        tuple(AlarmKind.INVALID_ORDERS, 4.0, 0.0),
                        tuple(AlarmKind.UNDECIDED_PAGES, 5.0, 0.0),
                        tuple(AlarmKind.UNKNOWN_PAGE_TYPE, 6.0, 0.0));
    }

    @Test
    void shouldRaiseAShareThatVanished() {
        past(20, Sample.RELEASE);

        List<Alarm> alarms = rules.judge(Sample.dump(100, Sample.RELEASE, 71_000, 0));

        assertThat(alarms).hasSize(1);
        Alarm alarm = alarms.get(0);
        assertThat(alarm.getKind()).isEqualTo(AlarmKind.UNUSUAL_SHARE);
        assertThat(alarm.getReason()).isEqualTo("cache");
        assertThat(alarm.getValue()).isZero();
        assertThat(alarm.getExpected()).isBetween(0.19, 0.23);
        assertThat(alarm.getSamples()).isEqualTo(20);
        assertThat(alarm.getText()).contains("20 earlier dumps of kernel " + Sample.RELEASE);
    }

    @Test
    void shouldRaiseAShareThatJumped() {
        past(30, Sample.RELEASE);

        assertThat(rules.judge(Sample.dump(100, Sample.RELEASE, 71_000, 180_000)))
                .extracting(Alarm::getKind, Alarm::getReason)
                .containsExactly(tuple(AlarmKind.UNUSUAL_SHARE, "cache"));
    }

    @Test
    void shouldNotCompareWithTooFewDumps() {
        past(19, Sample.RELEASE);

        assertThat(rules.judge(Sample.dump(100, Sample.RELEASE, 71_000, 180_000)))
                .isEmpty();
    }

    @Test
    void shouldNotRaiseAChangeThatIsSmallOnTheWhole() {
        for (int i = 1; i <= 30; i++) {
            assertThat(rules.judge(Sample.dump(i, Sample.RELEASE, 70_000, 300))).isEmpty();
        }

        assertThat(rules.judge(Sample.dump(100, Sample.RELEASE, 70_000, 9000))).isEmpty();
    }

    @Test
    void shouldFallBackToTheKernelSeriesWhenTheReleaseIsNew() {
        past(30, "6.12.40");

        List<Alarm> alarms = rules.judge(Sample.dump(100, "6.12.41", 71_000, 0));

        assertThat(alarms).hasSize(1);
        assertThat(alarms.get(0).getText()).contains("30 earlier dumps of kernel series 6.12");
    }

    @Test
    void shouldFallBackToAllKernelsWhenTheSeriesIsNew() {
        past(30, "6.11.9");

        List<Alarm> alarms = rules.judge(Sample.dump(100, "6.12.1", 71_000, 0));

        assertThat(alarms).hasSize(1);
        assertThat(alarms.get(0).getText()).contains("30 earlier dumps of all kernels");
    }

    @Test
    void shouldNotCompareWithAnotherVersionOfARuleSet() {
        past(30, Sample.RELEASE);

        assertThat(rules.judge(Sample.under(Sample.dump(100, Sample.RELEASE, 71_000, 0), "mine@2")))
                .isEmpty();
    }

    @Test
    void shouldTakeAChangeForUsualOnceItCameTwice() {
        past(50, Sample.RELEASE);

        assertThat(rules.judge(Sample.dump(100, Sample.RELEASE, 71_000, 180_000)))
                .hasSize(1);
        assertThat(rules.judge(Sample.dump(101, Sample.RELEASE, 71_000, 181_000)))
                .hasSize(1);
        assertThat(rules.judge(Sample.dump(102, Sample.RELEASE, 71_000, 180_500)))
                .isEmpty();
    }

    @Test
    void shouldKeepReplaysOutOfHistoryAndShareAlarms() {
        past(30, Sample.RELEASE);
        DecidedDump vanished = Sample.dump(100, Sample.RELEASE, 71_000, 0);

        for (int i = 0; i < 5; i++) {
            assertThat(rules.judge(Sample.replayed(vanished))).isEmpty();
        }
        assertThat(rules.judge(vanished)).hasSize(1);
        assertThat(rules.judge(Sample.replayed(Sample.dump(101, Sample.RELEASE, 0, 50_000))))
                .extracting(Alarm::getKind)
                .containsExactly(AlarmKind.NO_FREE_PAGES);
    }

    @Test
    void shouldSayTheSameInWhateverOrderDumpsOfThePastCome() {
        AlarmRules forwards = new AlarmRules(AlarmThresholds.USUAL);
        AlarmRules backwards = new AlarmRules(AlarmThresholds.USUAL);
        for (int i = 1; i <= 60; i++) {
            forwards.judge(Sample.dump(i, Sample.RELEASE, 70_000 + i * 100L, 50_000 + i * 50L));
            backwards.judge(Sample.dump(61 - i, Sample.RELEASE, 70_000 + (61 - i) * 100L, 50_000 + (61 - i) * 50L));
        }
        DecidedDump amid = Sample.dump(41, Sample.RELEASE, 71_000, 0);

        assertThat(forwards.judge(amid)).isEqualTo(backwards.judge(amid)).hasSize(1);
        assertThat(forwards.judge(amid).get(0).getSamples()).isEqualTo(40);
    }

    @Test
    void shouldSpeakInOneLineWhateverAKernelIsCalled() {
        String hostile = "6.12\n\u2028<b>\u202e" + "x".repeat(5000);
        Alarm alarm = rules.judge(Sample.dump(1, hostile, 0, 0)).get(0);

        assertThat(alarm.getText().lines()).hasSize(1);
        assertThat(alarm.getText())
                .hasSizeLessThanOrEqualTo(PlainText.MAX_MESSAGE)
                .doesNotContain("\u202e");
    }

    @Test
    void shouldRefuseThresholdsThatMakeNoSense() {
        assertThatThrownBy(() -> new AlarmThresholds(-1, 100, 20, 5, 0.05, 2))
                .hasMessage("alarm threshold: minimum of memory is -1, expected 0 bytes or more");
        assertThatThrownBy(() -> new AlarmThresholds(0, 10, 20, 5, 0.05, 2))
                .hasMessage("alarm threshold: minimum of samples is 20, expected 3 to the 10 of the history");
        assertThatThrownBy(() -> new AlarmThresholds(0, 5000, 20, 5, 0.05, 2)).hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> new AlarmThresholds(0, 100, 20, Double.NaN, 0.05, 2))
                .hasMessageContaining("deviations is NaN");
        assertThatThrownBy(() -> new AlarmThresholds(0, 100, 20, 5, 1.5, 2)).hasMessageContaining("floor is 1.5");
        assertThatThrownBy(() -> new AlarmThresholds(0, 100, 20, 5, 0.05, 0)).hasMessageContaining("precedents is 0");
    }
}
