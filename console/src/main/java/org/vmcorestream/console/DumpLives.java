// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vmcorestream.schemas.Keys;
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

    /** The files of a dump under a rule set: one of all of it, or one of each part, or both. */
    private static final class Files {
        private Outcome whole;
        private final Map<Integer, Outcome> parts = new HashMap<>();

        private void put(int part, int count, Outcome outcome) {
            if (count == 1) {
                whole = outcome;
            } else if (outcome == null) {
                parts.remove(part);
            } else {
                parts.put(part, outcome);
            }
        }
    }

    private static final class Life {
        private InFlight dump;
        private List<String> ruleSets = List.of();
        private int parts = 1;
        private final Map<String, Files> files = new HashMap<>();
        private long newsAt;

        private boolean isOver() {
            if (dump == null) {
                return true;
            }
            return ruleSets.isEmpty()
                    ? files.values().stream().anyMatch(this::isDone)
                    : ruleSets.stream().allMatch(name -> isDone(files.get(name)));
        }

        private boolean isDone(Files made) {
            return made != null && (isDone(made.whole) || parts > 1 && partsDone(made) == parts);
        }

        private long partsDone(Files made) {
            return made.parts.entrySet().stream()
                    .filter(part -> part.getKey() < parts && isDone(part.getValue()))
                    .count();
        }

        private boolean isDone(Outcome file) {
            return file != null && (file.complete() || file.writtenAt() >= dump.newsAt());
        }
    }

    /** Key of a file: dump id, rule set, and the number of a part. */
    private static final Pattern FILE_KEY = Pattern.compile("([^/]+)/([^/]+)(?:" + Keys.PART + "([0-9]{1,6}))?");

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
        RecordChecks.parts("parts", manifest.getParts());
        Life life = news(key, timestamp);
        life.parts = manifest.getParts();
        life.ruleSets = manifest.getRuleSets().isEmpty() ? List.of() : List.copyOf(manifest.getRuleSets());
        life.dump = new InFlight(
                key,
                dump.getState(),
                manifest.getOpenedAt(),
                timestamp,
                RecordChecks.name(manifest.getKernelRelease()),
                RecordChecks.name(manifest.getTenant()),
                RecordChecks.name(manifest.getHost()),
                Stream.concat(dump.getEarly().stream(), dump.getStripes().stream())
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
        RecordChecks.parts("parts", file.getParts());
        RecordChecks.expect(
                file.getPart() >= 0 && file.getPart() < file.getParts(),
                "part",
                file.getPart(),
                "0 to " + (file.getParts() - 1));
        String expected = new String(Keys.dumpFile(file), StandardCharsets.UTF_8);
        RecordChecks.expect(key.equals(expected), "key", key, expected);
        RecordChecks.time("writtenAt", file.getWrittenAt());
        Life life = news(file.getDumpId(), timestamp);
        Outcome outcome = file.getLocation().isEmpty() ? null : new Outcome(file.getComplete(), file.getWrittenAt());
        if (life.files.size() < RecordChecks.MAX_RULE_SETS || life.files.containsKey(file.getRuleSet())) {
            life.files
                    .computeIfAbsent(file.getRuleSet(), name -> new Files())
                    .put(file.getPart(), file.getParts(), outcome);
        }
    }

    /** Takes that a file is to be made again; the key is {@code dump id/rule set}, and {@code /part-NUMBER} behind it for a part. */
    void fileRemoved(String key) {
        Matcher file = FILE_KEY.matcher(key);
        Life life = file.matches() ? lives.get(file.group(1)) : null;
        Files made = life == null ? null : life.files.get(file.group(2));
        if (made != null) {
            boolean whole = file.group(3) == null;
            made.put(whole ? 0 : Integer.parseInt(file.group(3)), whole ? 1 : 2, null);
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
