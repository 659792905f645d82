// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ExclusionStats;

/**
 * All that a console knows, fed with the records of its topics: it counts, shows and raises alarms. Knows nothing of where
 * records come from. Can be used by several threads at once.
 */
final class ConsoleBoard implements LagWatch.Told {
    /** How long a dump whose producer did not say how many stripes it has must be quiet to be taken for complete. */
    static final Duration QUIET = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleBoard.class);
    private static final String LOG_SUFFIX = "/log";
    private static final Duration RECENT = Duration.ofHours(24);
    private static final int LOGGED_REFUSALS = 20;

    private final StripeSums sums = new StripeSums(QUIET.toMillis());
    private final AlarmBook book = new AlarmBook();
    private final DumpLives lives = new DumpLives();
    private final AdmissionQueue admissions = new AdmissionQueue();
    private final Map<String, Long> lags = new TreeMap<>();
    private final Map<Source, Long> refused = new EnumMap<>(Source.class);
    private final AlarmRules rules;
    private final ConsoleMetrics metrics;
    private final Consumer<Alarm> raiser;
    private final Clock clock;
    private long decided;
    private boolean live;

    /**
     * @param raiser takes alarms that are to be sent; must return at once
     */
    ConsoleBoard(AlarmThresholds thresholds, MetricLabels labels, Consumer<Alarm> raiser, Clock clock) {
        rules = new AlarmRules(thresholds);
        metrics = new ConsoleMetrics(labels);
        this.raiser = raiser;
        this.clock = clock;
    }

    /**
     * Takes a record.
     *
     * @param value null for a tombstone; is not kept
     * @param timestamp when it was sent, milliseconds since 1970-01-01 UTC
     */
    synchronized void accept(Source source, String key, ByteBuffer value, long timestamp) {
        try {
            switch (source) {
                case ALARMS -> alarm(key, value, timestamp);
                case STATS -> stats(key, value, timestamp);
                case DUMPS -> dump(key, value, timestamp);
                case FILES -> file(key, value, timestamp);
                case ADMISSIONS -> admission(key, value, timestamp);
                default -> throw new IllegalArgumentException("source " + source);
            }
        } catch (MalformedRecordException e) {
            refuse(source, key, e);
        }
    }

    private void refuse(Source source, String key, MalformedRecordException e) {
        metrics.refused(source.label());
        long count = refused.merge(source, 1L, Long::sum);
        if (count <= LOGGED_REFUSALS) {
            LOG.warn(
                    "record {} of {} cannot be used: {}{}",
                    PlainText.line(key, PlainText.MAX_MESSAGE),
                    source.label(),
                    PlainText.line(e),
                    count == LOGGED_REFUSALS ? "; more are only counted" : "");
        }
    }

    private void alarm(String key, ByteBuffer value, long timestamp) throws MalformedRecordException {
        if (value == null) {
            return;
        }
        Alarm alarm = RecordCodec.decode(value, Alarm.class);
        if (book.found(alarm, key, timestamp) && live) {
            metrics.alarm(alarm.getKind());
        }
    }

    private void stats(String key, ByteBuffer value, long timestamp) throws MalformedRecordException {
        if (value != null) {
            ExclusionStats stats = RecordCodec.decode(value, ExclusionStats.class);
            // While the past is read, quiet is what was sent long ago; later, what came long ago, for clocks differ.
            long came = live ? clock.millis() : timestamp;
            sums.add(DecidedStripe.of(stats, key), came).ifPresent(this::decided);
        }
    }

    private void decided(DecidedDump dump) {
        decided++;
        for (Alarm alarm : rules.judge(dump)) {
            if (book.raise(alarm, clock.millis())) {
                metrics.alarm(alarm.getKind());
                raiser.accept(alarm);
            }
        }
        metrics.decided(dump, rules.history());
    }

    private void dump(String key, ByteBuffer value, long timestamp) throws MalformedRecordException {
        if (key.endsWith(LOG_SUFFIX) || Keys.isDumpPart(key)) {
            return;
        }
        if (value == null) {
            lives.removed(key);
        } else {
            lives.dump(RecordCodec.decode(value, Dump.class), key, timestamp);
        }
    }

    private void admission(String key, ByteBuffer value, long timestamp) throws MalformedRecordException {
        if (value != null && AdmissionQueue.isAnswer(key)) {
            admissions.said(RecordCodec.decode(value, Admission.class), key, timestamp);
        }
    }

    private void file(String key, ByteBuffer value, long timestamp) throws MalformedRecordException {
        if (value == null) {
            lives.fileRemoved(key);
            return;
        }
        DumpFile file = RecordCodec.decode(value, DumpFile.class);
        lives.file(file, key, timestamp);
        if (live && !file.getLocation().isEmpty()) {
            metrics.file(file.getComplete());
        }
    }

    /** The past was read: what comes from now on is news. */
    synchronized void live() {
        sums.quiet(clock.millis()).forEach(this::decided);
        live = true;
        book.live();
        tick();
    }

    /** Whether the past was read. */
    synchronized boolean isLive() {
        return live;
    }

    /** Does what time alone brings; to be called every second or so. */
    synchronized void tick() {
        long now = clock.millis();
        if (live) {
            sums.quiet(now).forEach(this::decided);
        }
        lives.forget(now);
        admissions.forget(now);
        metrics.admissions(admissions, now);
        metrics.inFlight(lives.inFlight(), sums.waiting(), now);
        metrics.recent(book.since(now - RECENT.toMillis()));
    }

    /** Takes how many instances of a stage are at work; empty when that cannot be known. */
    @Override
    public synchronized void members(String stage, Optional<Integer> members) {
        metrics.members(stage, members);
    }

    /** Takes how far a stage is behind, in records; empty when that cannot be known. */
    @Override
    public synchronized void lag(String stage, Optional<Long> records) {
        records.ifPresentOrElse(count -> lags.put(stage, count), () -> lags.remove(stage));
        metrics.lag(stage, records);
    }

    /** The metrics. */
    ConsoleMetrics metrics() {
        return metrics;
    }

    /** What there is to see now: at most {@code rows} of each kind. */
    synchronized ConsoleView view(int rows) {
        long now = clock.millis();
        List<DumpLives.InFlight> dumps = lives.inFlight();
        return new ConsoleView(
                now,
                live,
                decided,
                DumpLives.byState(dumps),
                dumps.stream().limit(rows).toList(),
                book.since(now - RECENT.toMillis()).size(),
                book.newest(rows),
                rules.history().releases(rows),
                Map.copyOf(lags));
    }
}
