// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;
import org.vmcorestream.schemas.records.DumpState;

/**
 * The metrics; docs/monitoring.md says what each means. Counters of verdicts count all that exclusion-stats holds, so that
 * they go on where they were after a restart; counters of alarms and files count what came since this console started.
 * Written by one thread, read by any.
 */
final class ConsoleMetrics {
    private static final String PREFIX = "vmcore_stream_";
    private static final double[] SHARES = {
        0.001, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1
    };

    private static final String REASON = "reason";
    private static final String RULE_SET = "rule_set";
    private static final String SERIES = "kernel_series";
    private static final String TENANT = "tenant";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final MetricLabels labels;

    private final Counter verdicts = counter("verdicts", "Dumps decided.", RULE_SET, SERIES, TENANT);
    private final Counter pages = counter("pages", "Pages decided, by reason.", REASON, RULE_SET, SERIES, TENANT);
    private final Counter bytes = counter("bytes", "Bytes decided, by reason.", REASON, RULE_SET, SERIES, TENANT);
    private final Counter oddPages =
            counter("anomalous_pages", "Pages that were odd, by what was odd about them.", "anomaly", RULE_SET, SERIES);
    private final Gauge excluded =
            gauge("excluded_share", "Share of memory that the newest dump left out, 0 to 1.", RULE_SET, SERIES);
    private final Gauge lastShare =
            gauge("last_share", "Share of memory of a reason in the newest dump, 0 to 1.", REASON, RULE_SET, SERIES);
    private final Gauge usualShare =
            gauge("usual_share", "Median share of a reason over the newest dumps, 0 to 1.", REASON, RULE_SET, SERIES);
    private final Histogram share = Histogram.builder()
            .name(PREFIX + "share")
            .help("Share of memory of a reason, by dump, 0 to 1.")
            .labelNames(REASON, RULE_SET, SERIES)
            .classicOnly()
            .classicUpperBounds(SHARES)
            .register(registry);

    private final Counter alarms = counter("alarms", "Alarms that came since the console started.", "kind");
    private final Gauge recentAlarms =
            gauge("recent_alarms", "Alarms about verdicts of the last 24 hours.", "kind", RULE_SET, SERIES);
    private final Gauge inFlight =
            gauge("dumps_in_flight", "Dumps announced and without the files asked for.", "state");
    private final Gauge oldest = gauge(
            "oldest_dump_seconds", "Age of the dump that a stage is longest busy with; 0 when there is none.", "stage");
    private final Gauge lag = gauge("lag_records", "Records that a stage has still to read.", "stage");
    private final Gauge members =
            gauge("stage_members", "Members of a stage's group: stream threads or instances at work.", "stage");
    private final Counter files = counter("files", "Files written since the console started.", "complete");
    private final Counter refused =
            counter("refused_records", "Records that the console could not use since it started.", "topic");
    private final Gauge waiting =
            gauge("verdicts_waiting", "Dumps decided in part: some of their stripes are missing.");

    private final Gauge admissionBytes =
            gauge("admission_in_flight_bytes", "Bytes of pages that the gate counts as in flight.");
    private final Gauge admissionLimit =
            gauge("admission_limit_bytes", "Most bytes in flight that the gate allows; 0 where there was none.");
    private final Gauge admissionWaiting = gauge("admissions_waiting", "Captures that wait for their turn to send.");
    private final Gauge admissionOldest =
            gauge("oldest_admission_seconds", "How long the first of them waits; 0 when there is none.");

    /** Label combinations of recent alarms that were there once: they go back to 0, not away. */
    private final Set<List<String>> alarmsSeen = new HashSet<>();

    ConsoleMetrics(MetricLabels labels) {
        this.labels = labels;
        for (AlarmKind kind : AlarmKind.values()) {
            if (kind != AlarmKind.UNKNOWN) {
                alarms.initLabelValues(label(kind));
            }
        }
        files.initLabelValues("true");
        files.initLabelValues("false");
    }

    /** Where they are registered. */
    PrometheusRegistry registry() {
        return registry;
    }

    /** Counts a dump and shows its shares; a replay is counted, but is not the newest dump. */
    void decided(DecidedDump dump, ShareHistory history) {
        MetricLabels.Of of = labels.of(dump);
        verdicts.labelValues(of.ruleSet(), of.series(), of.tenant()).inc();
        dump.pages().forEach((reason, count) -> {
            String label = labels.reason(reason);
            pages.labelValues(label, of.ruleSet(), of.series(), of.tenant()).inc(count);
            bytes.labelValues(label, of.ruleSet(), of.series(), of.tenant())
                    .inc(Math.scalb((double) count, dump.pageShift()));
        });
        odd("misaligned", dump.anomalies().misaligned(), of);
        odd("invalid-order", dump.anomalies().invalidOrders(), of);
        odd("undecided", dump.anomalies().undecided(), of);
        odd("unknown-type", dump.anomalies().unknownTypes(), of);
        if (!dump.replay() && dump.memoryPages() > 0) {
            shares(dump, of, history);
        }
    }

    private void odd(String what, long count, MetricLabels.Of of) {
        oddPages.labelValues(what, of.ruleSet(), of.series()).inc(count);
    }

    private void shares(DecidedDump dump, MetricLabels.Of of, ShareHistory history) {
        excluded.labelValues(of.ruleSet(), of.series()).set(dump.ratio());
        for (String reason : dump.pages().keySet()) {
            if (reason.equals(RuleSet.COMMON_REASONS.get(RuleSet.HOLE))) {
                continue;
            }
            String label = labels.reason(reason);
            double found = dump.share(reason);
            lastShare.labelValues(label, of.ruleSet(), of.series()).set(found);
            share.labelValues(label, of.ruleSet(), of.series()).observe(found);
        }
        Optional<ShareHistory.Past> past = history.ofSeries(dump);
        if (past.isPresent()) {
            for (String reason : dump.exclusions()) {
                usualShare
                        .labelValues(labels.reason(reason), of.ruleSet(), of.series())
                        .set(past.get().usual(reason).median());
            }
        }
    }

    /** Counts an alarm that is new. */
    void alarm(AlarmKind kind) {
        alarms.labelValues(label(kind)).inc();
    }

    /** Shows the alarms of the last 24 hours. */
    void recent(List<Alarm> recent) {
        Map<List<String>, Long> counts = new HashMap<>();
        for (Alarm alarm : recent) {
            List<String> key = List.of(
                    label(alarm.getKind()),
                    labels.ruleSet(alarm.getRuleSet()),
                    labels.series(alarm.getKernelRelease()));
            counts.merge(key, 1L, Long::sum);
        }
        alarmsSeen.addAll(counts.keySet());
        for (List<String> key : alarmsSeen) {
            recentAlarms.labelValues(key.toArray(String[]::new)).set(counts.getOrDefault(key, 0L));
        }
    }

    /** Counts a file. */
    void file(boolean complete) {
        files.labelValues(Boolean.toString(complete)).inc();
    }

    /** Counts a record that could not be used. */
    void refused(String topic) {
        refused.labelValues(topic).inc();
    }

    /** Shows what is on its way. */
    void inFlight(List<DumpLives.InFlight> dumps, int verdictsWaiting, long nowMillis) {
        DumpLives.byState(dumps)
                .forEach((state, count) -> inFlight.labelValues(state.toString().toLowerCase(Locale.ROOT))
                        .set(count));
        oldest.labelValues("producer").set(age(dumps, nowMillis, true));
        oldest.labelValues("sink").set(age(dumps, nowMillis, false));
        waiting.set(verdictsWaiting);
    }

    /** Shows who waits at the gate. */
    void admissions(AdmissionQueue queue, long nowMillis) {
        admissionBytes.set(queue.inFlight());
        admissionLimit.set(queue.limit());
        admissionWaiting.set(queue.waiting());
        admissionOldest.set(queue.oldestSeconds(nowMillis));
    }

    /** Seconds since the oldest dump was opened that is being captured, or was captured and lacks a file. */
    private static double age(List<DumpLives.InFlight> dumps, long nowMillis, boolean capturing) {
        return dumps.stream()
                .filter(dump -> dump.state() != DumpState.FAILED)
                .filter(dump -> capturing == (dump.state() != DumpState.CAPTURED))
                .mapToLong(dump -> capturing ? dump.openedAt() : dump.newsAt())
                .mapToDouble(since -> Math.max(0, nowMillis - since) / 1000.0)
                .max()
                .orElse(0);
    }

    /** Shows how many members a stage's group has; empty when that cannot be known. */
    void members(String stage, Optional<Integer> count) {
        if (count.isPresent()) {
            members.labelValues(stage).set(count.get());
        } else {
            members.remove(stage);
        }
    }

    /** Shows how far a stage is behind; empty when that cannot be known. */
    void lag(String stage, Optional<Long> records) {
        if (records.isPresent()) {
            lag.labelValues(stage).set(records.get());
        } else {
            lag.remove(stage);
        }
    }

    /** How an alarm is called in labels: {@code no-free-pages}. */
    static String label(AlarmKind kind) {
        return kind.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Counter counter(String name, String help, String... labelNames) {
        return Counter.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames(labelNames)
                .withoutExemplars()
                .register(registry);
    }

    private Gauge gauge(String name, String help, String... labelNames) {
        return Gauge.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames(labelNames)
                .withoutExemplars()
                .register(registry);
    }
}
