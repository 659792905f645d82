// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;

/**
 * Which dumps are on their way: announced, and without the files that were asked for. A file counts as the sink counts it: a
 * complete one for good, an incomplete one until something new is said of its dump. A dump of which nothing was heard for
 * {@link #FORGOTTEN_AFTER} is on its way nowhere: what Kafka held of its pages is gone. Belongs to one thread.
 */
final class DumpLives {
    /** How long a dump without news is followed: the usual retention of page contents. */
    static final Duration FORGOTTEN_AFTER = TopicPlan.DATA_RETENTION;

    /** Most dumps that are followed; then the one without news for longest is dropped. */
    static final int MAX_DUMPS = 50_000;

    /**
     * A dump on its way.
     *
     * @param dumpId the dump
     * @param state where it is in its life
     * @param openedAt when it was opened, milliseconds since 1970-01-01 UTC
     * @param newsAt when the last record of it was sent, milliseconds since 1970-01-01 UTC
     * @param kernelRelease utsname.release of its kernel
     * @param tenant whose VM it was
     * @param host host of the capture
     * @param bytes compressed page contents that were sent
     */
    record InFlight(
            String dumpId,
            DumpState state,
            long openedAt,
            long newsAt,
            String kernelRelease,
            String tenant,
            String host,
            long bytes) {}

    private record Outcome(boolean complete, long writtenAt) {}

    private static final class Life {
        private InFlight dump;
        private List<String> ruleSets = List.of();
        private final Map<String, Outcome> files = new HashMap<>();
        private long newsAt;

        private boolean isOver() {
            if (dump == null) {
                return true;
            }
            return ruleSets.isEmpty()
                    ? files.values().stream().anyMatch(this::isDone)
                    : ruleSets.stream().allMatch(name -> isDone(files.get(name)));
        }

        private boolean isDone(Outcome file) {
            return file != null && (file.complete() || file.writtenAt() >= dump.newsAt());
        }
    }

    private final Map<String, Life> lives = new LinkedHashMap<>();

    /**
     * Takes what is said of a dump.
     *
     * @param key key of the record, which has to be the dump's id
     * @param timestamp when the record was sent, milliseconds since 1970-01-01 UTC
     * @throws MalformedRecordException when a value is out of its range
     */
    void dump(Dump dump, String key, long timestamp) throws MalformedRecordException {
        Manifest manifest = dump.getManifest();
        RecordChecks.dumpId(manifest.getDumpId());
        RecordChecks.expect(key.equals(manifest.getDumpId()), "key", key, manifest.getDumpId());
        RecordChecks.expect(
                dump.getState() != DumpState.UNKNOWN, "state", dump.getState(), "one that this version knows");
        RecordChecks.time("openedAt", manifest.getOpenedAt());
        RecordChecks.ruleSets(manifest.getRuleSets());
        int stripes = dump.getStripes().size();
        RecordChecks.expect(
                stripes <= RecordChecks.MAX_STRIPES,
                "number of stripes",
                stripes,
                "at most " + RecordChecks.MAX_STRIPES);
        Life life = news(key, timestamp);
        life.ruleSets = manifest.getRuleSets().isEmpty() ? List.of() : List.copyOf(manifest.getRuleSets());
        life.dump = new InFlight(
                key,
                dump.getState(),
                manifest.getOpenedAt(),
                timestamp,
                RecordChecks.name(manifest.getKernelRelease()),
                RecordChecks.name(manifest.getTenant()),
                RecordChecks.name(manifest.getHost()),
                dump.getStripes().stream()
                        .mapToLong(stripe -> Math.max(0, stripe.getPageBytes()))
                        .sum());
    }

    /** Takes that a dump was removed. */
    void removed(String dumpId) {
        lives.remove(dumpId);
    }

    /**
     * Takes what is said of a file.
     *
     * @param timestamp when the record was sent, milliseconds since 1970-01-01 UTC
     * @throws MalformedRecordException when a value is out of its range
     */
    void file(DumpFile file, String key, long timestamp) throws MalformedRecordException {
        RecordChecks.dumpId(file.getDumpId());
        RecordChecks.ruleSet(file.getRuleSet());
        String expected = file.getDumpId() + "/" + file.getRuleSet();
        RecordChecks.expect(key.equals(expected), "key", key, expected);
        RecordChecks.time("writtenAt", file.getWrittenAt());
        Life life = news(file.getDumpId(), timestamp);
        if (file.getLocation().isEmpty()) {
            life.files.remove(file.getRuleSet());
        } else if (life.files.size() < RecordChecks.MAX_RULE_SETS || life.files.containsKey(file.getRuleSet())) {
            life.files.put(file.getRuleSet(), new Outcome(file.getComplete(), file.getWrittenAt()));
        }
    }

    /** Takes that a file is to be made again; the key is {@code dump id/rule set}. */
    void fileRemoved(String key) {
        int slash = key.indexOf('/');
        Life life = slash < 0 ? null : lives.get(key.substring(0, slash));
        if (life != null) {
            life.files.remove(key.substring(slash + 1));
        }
    }

    private Life news(String dumpId, long timestamp) {
        Life life = lives.remove(dumpId);
        if (life == null) {
            life = new Life();
        }
        life.newsAt = Math.max(life.newsAt, timestamp);
        lives.put(dumpId, life);
        if (lives.size() > MAX_DUMPS) {
            Iterator<String> oldest = lives.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return life;
    }

    /** Forgets dumps without news. */
    void forget(long nowMillis) {
        lives.values().removeIf(life -> nowMillis - life.newsAt > FORGOTTEN_AFTER.toMillis());
    }

    /** Dumps on their way, the one opened first first. */
    List<InFlight> inFlight() {
        List<InFlight> dumps = new ArrayList<>();
        for (Life life : lives.values()) {
            if (!life.isOver()) {
                dumps.add(life.dump);
            }
        }
        dumps.sort(Comparator.comparingLong(InFlight::openedAt).thenComparing(InFlight::dumpId));
        return dumps;
    }

    /** How many dumps on their way are in each state; every state but UNKNOWN is there. */
    static Map<DumpState, Integer> byState(List<InFlight> dumps) {
        Map<DumpState, Integer> states = new EnumMap<>(DumpState.class);
        for (DumpState state : DumpState.values()) {
            if (state != DumpState.UNKNOWN) {
                states.put(state, 0);
            }
        }
        dumps.forEach(dump -> states.merge(dump.state(), 1, Integer::sum));
        return states;
    }

    /** Dumps that are followed, those whose files are made included. */
    int size() {
        return lives.size();
    }
}
