// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ExclusionStats;

class ConsoleBoardTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(Sample.NOW + 1_000_000), ZoneOffset.UTC);

    private final List<Alarm> raised = new ArrayList<>();
    private final ConsoleBoard board = board(raised);

    private static ConsoleBoard board(List<Alarm> raised) {
        return new ConsoleBoard(AlarmThresholds.USUAL, new MetricLabels(16, 32), raised::add, CLOCK);
    }

    private static void stats(ConsoleBoard board, DecidedDump dump) {
        ExclusionStats stats = Sample.stats(dump, 0, 1);
        board.accept(Source.STATS, Sample.key(stats), Sample.bytes(stats), dump.decidedAt());
    }

    private void say(Source source, String key, SpecificRecordBase record) {
        board.accept(source, key, Sample.bytes(record), Sample.NOW);
    }

    private String metrics() {
        return Exposition.text(board);
    }

    private static List<DecidedDump> fleet() {
        List<DecidedDump> dumps = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            dumps.add(Sample.dump(i, Sample.RELEASE, 70_000 + i * 7919 % 9000, 50_000 + i * 6133 % 9000));
        }
        dumps.set(40, Sample.dump(41, Sample.RELEASE, 71_000, 0));
        dumps.set(50, Sample.dump(51, Sample.RELEASE, 0, 51_000));
        return dumps;
    }

    @Test
    void shouldRaiseEachAlarmOnceAndNothingTwiceAfterARestart() {
        fleet().subList(0, 30).forEach(dump -> stats(board, dump));
        board.live();
        fleet().subList(30, 60).forEach(dump -> stats(board, dump));
        fleet().forEach(dump -> stats(board, dump));
        assertThat(raised)
                .extracting(Alarm::getKind)
                .containsExactlyInAnyOrder(AlarmKind.UNUSUAL_SHARE, AlarmKind.NO_FREE_PAGES, AlarmKind.UNUSUAL_SHARE);

        List<Alarm> again = new ArrayList<>();
        ConsoleBoard restarted = board(again);
        raised.forEach(alarm ->
                restarted.accept(Source.ALARMS, AlarmBook.key(alarm), Sample.bytes(alarm), alarm.getRaisedAt()));
        fleet().forEach(dump -> stats(restarted, dump));
        restarted.live();

        assertThat(again).isEmpty();
        assertThat(Exposition.text(restarted))
                .contains(
                        "vmcore_stream_verdicts_total{kernel_series=\"6.12\",rule_set=\"level-31\",tenant=\"blue\"} 60.0")
                .contains("vmcore_stream_alarms_total{kind=\"unusual-share\"} 0.0")
                .contains(
                        "vmcore_stream_recent_alarms{kernel_series=\"6.12\",kind=\"unusual-share\",rule_set=\"level-31\"} 2.0");
    }

    @Test
    void shouldRaiseWhatWasDecidedWhileNoConsoleWasThere() {
        List<DecidedDump> fleet = fleet();
        fleet.subList(0, 45).forEach(dump -> stats(board, dump));
        board.live();
        assertThat(raised).hasSize(1);

        List<Alarm> later = new ArrayList<>();
        ConsoleBoard restarted = board(later);
        restarted.accept(
                Source.ALARMS,
                AlarmBook.key(raised.get(0)),
                Sample.bytes(raised.get(0)),
                raised.get(0).getRaisedAt());
        fleet.forEach(dump -> stats(restarted, dump));
        restarted.live();

        assertThat(later).extracting(Alarm::getDumpId).isNotEmpty().containsOnly(Sample.id(51));
    }

    @Test
    void shouldRaiseTheSameRecordAsAnotherConsole() {
        List<Alarm> others = new ArrayList<>();
        ConsoleBoard other = board(others);
        for (ConsoleBoard one : List.of(board, other)) {
            fleet().forEach(dump -> stats(one, dump));
            one.live();
        }

        assertThat(raised).isNotEmpty().isEqualTo(others);
    }

    @Test
    void shouldCountAlarmsOfOtherConsoles() {
        board.live();
        Alarm alarm = new AlarmRules(AlarmThresholds.USUAL)
                .judge(Sample.dump(1, Sample.RELEASE, 0, 0))
                .get(0);
        say(Source.ALARMS, AlarmBook.key(alarm), alarm);
        say(Source.ALARMS, AlarmBook.key(alarm), alarm);

        assertThat(metrics()).contains("vmcore_stream_alarms_total{kind=\"no-free-pages\"} 1.0");
        stats(board, Sample.dump(1, Sample.RELEASE, 0, 0));
        assertThat(raised).isEmpty();
    }

    @Test
    void shouldCountPagesAndBytesByReason() {
        stats(board, Sample.dump(1, Sample.RELEASE, 26_214, 52_429));
        stats(board, Sample.replayed(Sample.under(Sample.dump(1, Sample.RELEASE, 10, 20), "mine@3")));
        board.live();

        assertThat(metrics())
                .contains(
                        "vmcore_stream_pages_total{kernel_series=\"6.12\",reason=\"free\",rule_set=\"level-31\",tenant=\"blue\"} 26214.0")
                .contains(
                        "vmcore_stream_bytes_total{kernel_series=\"6.12\",reason=\"free\",rule_set=\"mine\",tenant=\"blue\"} 40960.0")
                .contains("vmcore_stream_excluded_share{kernel_series=\"6.12\",rule_set=\"level-31\"} 0.29999")
                .doesNotContain("vmcore_stream_excluded_share{kernel_series=\"6.12\",rule_set=\"mine\"}");
    }

    @Test
    void shouldNeverNameADumpInMetrics() {
        fleet().forEach(dump -> stats(board, dump));
        say(Source.DUMPS, Sample.id(1), Sample.life(Sample.id(1), DumpState.CAPTURED));
        say(Source.FILES, Sample.id(1) + "/x", Sample.file(Sample.id(1), "x", false, 1));
        board.live();
        board.lag("processor", Optional.of(7L));

        assertThat(metrics()).doesNotContain(Sample.id(1).substring(0, 13)).doesNotContain("hv-1");
    }

    @Test
    void shouldSkipKernelLogsWithoutLookingAtThem() {
        board.accept(Source.DUMPS, Sample.id(1) + "/log", Sample.text("no record at all"), Sample.NOW);

        assertThat(metrics()).doesNotContain("refused_records_total{");
    }

    @Test
    void shouldPassOverTheCopiesForTheParts() {
        Dump copy = Sample.life(Sample.id(1), DumpState.CAPTURED);
        say(Source.DUMPS, Sample.id(1) + "/part-1", copy);
        board.accept(Source.DUMPS, Sample.id(1) + "/part-2", null, Sample.NOW);
        board.live();

        assertThat(metrics()).doesNotContain("refused_records_total{");
        assertThat(board.view(10).inFlight()).isEmpty();
    }

    @Test
    void shouldCountRecordsThatAreNone() {
        Random random = new Random(7);
        for (Source source : Source.values()) {
            byte[] noise = new byte[200];
            random.nextBytes(noise);
            board.accept(source, "key", ByteBuffer.wrap(noise), 0);
            board.accept(source, "", ByteBuffer.allocate(0), 0);
            say(source, "key", new SampleOther().record());
        }

        for (Source source : Source.values()) {
            assertThat(metrics()).contains("vmcore_stream_refused_records_total{topic=\"" + source.label() + "\"} 3.0");
        }
    }

    @Test
    void shouldShowDumpsInFlightAndTheAgeOfTheOldest() {
        say(Source.DUMPS, Sample.id(1), Sample.life(Sample.id(1), DumpState.CAPTURING));
        say(Source.DUMPS, Sample.id(2), Sample.life(Sample.id(2), DumpState.CAPTURED));
        say(Source.DUMPS, Sample.id(3), Sample.life(Sample.id(3), DumpState.FAILED));
        board.live();

        assertThat(metrics())
                .contains("vmcore_stream_dumps_in_flight{state=\"capturing\"} 1.0")
                .contains("vmcore_stream_dumps_in_flight{state=\"captured\"} 1.0")
                .contains("vmcore_stream_dumps_in_flight{state=\"failed\"} 1.0")
                .contains("vmcore_stream_oldest_dump_seconds{stage=\"producer\"} 1000.0")
                .contains("vmcore_stream_oldest_dump_seconds{stage=\"sink\"} 1000.0");

        say(Source.FILES, Sample.id(2) + "/level-31", Sample.file(Sample.id(2), "level-31", true, Sample.NOW));
        board.accept(Source.DUMPS, Sample.id(3), null, Sample.NOW);
        board.tick();

        assertThat(metrics())
                .contains("vmcore_stream_dumps_in_flight{state=\"captured\"} 0.0")
                .contains("vmcore_stream_dumps_in_flight{state=\"failed\"} 0.0")
                .contains("vmcore_stream_oldest_dump_seconds{stage=\"sink\"} 0.0")
                .contains("vmcore_stream_files_total{complete=\"true\"} 1.0");
    }

    @Test
    void shouldShowWhoIsAtWorkWhereTheClusterSaysSo() {
        board.live();
        board.members("processor", Optional.of(0));
        assertThat(metrics()).contains("vmcore_stream_stage_members{stage=\"processor\"} 0.0");
        board.members("processor", Optional.empty());
        assertThat(metrics()).doesNotContain("vmcore_stream_stage_members{");
    }

    @Test
    void shouldForgetTheLagOfAStageThatNobodyKnows() {
        board.lag("processor", Optional.of(12L));
        assertThat(metrics()).contains("vmcore_stream_lag_records{stage=\"processor\"} 12.0");
        assertThat(board.view(5).lags()).containsEntry("processor", 12L);

        board.lag("processor", Optional.empty());
        assertThat(metrics()).doesNotContain("vmcore_stream_lag_records{");
        assertThat(board.view(5).lags()).isEmpty();
    }

    @Test
    void shouldTakeDumpsOfOlderProducersWhenThePastIsRead() {
        ExclusionStats stats = Sample.stats(Sample.dump(1, Sample.RELEASE, 0, 10), 0, 0);
        say(Source.STATS, Sample.key(stats), stats);
        assertThat(raised).isEmpty();
        board.live();
        assertThat(raised).hasSize(1);
    }

    /** A record of a topic that the console does not read. */
    private record SampleOther() {
        SpecificRecordBase record() {
            return new org.vmcorestream.schemas.records.StripeEnd(Sample.id(1), 0, 0, 0L, 0L, 0L, 0);
        }
    }
}
