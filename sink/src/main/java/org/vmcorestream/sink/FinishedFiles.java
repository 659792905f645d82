// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * What topic dump-files says is done. A complete file is done for good; an incomplete one until a newer record of its dump
 * comes; a record without a location is not done at all. A tombstone makes a file be made again at the next start. Whether
 * the file itself is still there is not asked: who removes an old dump does not want it back. A replay is done when the record
 * bears its id. What is asked of a dump under a rule set is asked of the file that has all of it; {@link #done} is asked of parts
 * too.
 *
 * <p>Of each file only the place of its record is kept, and what these questions need. Reading belongs to one thread; the rest
 * can be used by several at once.
 */
final class FinishedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedFiles.class);

    /**
     * @param file whether there is a file
     * @param place where its record is on dump-files
     */
    private record Outcome(
            boolean file, boolean complete, long writtenAt, long told, String replayId, LogPlace place) {}

    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    private final TopicTail tail;

    /**
     * @param topic name of dump-files
     * @param partitions its partitions
     */
    FinishedFiles(String topic, int partitions) {
        tail = new TopicTail(topic, partitions);
    }

    /**
     * Reads the topic from where it was left to its end.
     *
     * @param reader any reader; it is left where it is
     * @throws TimeoutException when the cluster does not answer; the call can be made again
     */
    void catchUp(LogReader reader) {
        tail.readOn(reader, this::accept);
    }

    private boolean accept(LogRecord record) {
        String key = record.keyText();
        if (record.value() == null) {
            outcomes.remove(key);
            return true;
        }
        try {
            DumpFile file = RecordCodec.decode(record.value(), DumpFile.class);
            if (key.equals(key(file))) {
                put(file, told(record), new LogPlace(record.partition(), record.offset()));
            }
        } catch (MalformedRecordException e) {
            LOG.warn("{}: {}", record.place(), e.getMessage());
        }
        return true;
    }

    /**
     * Takes what this sink itself published.
     *
     * @param told offset of the newest record of the dump that was known then, {@link Long#MAX_VALUE} where that is not told
     * @param place where the record is on dump-files
     */
    void put(DumpFile file, long told, LogPlace place) {
        String key = key(file);
        boolean there = !file.getLocation().isEmpty();
        if (there || !file.getReplayId().isEmpty()) {
            outcomes.put(
                    key, new Outcome(there, file.getComplete(), file.getWrittenAt(), told, file.getReplayId(), place));
        } else {
            outcomes.remove(key);
        }
    }

    private static long told(LogRecord record) {
        String text = RecordHeaders.text(record.headers(), RecordHeaders.TOLD);
        return text != null && text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }

    /**
     * Whether there is nothing to do. A file that is not complete is made again when a record of its dump came that its sink did
     * not know: one that lies behind those it knew, or is younger than the file, for either can mislead where it is not told or
     * clocks differ.
     *
     * @param newest the newest record of the dump, or of a part
     * @param timestamp when that was sent, milliseconds since 1970-01-01 UTC
     */
    boolean done(DumpPlan newest, String ruleSet, long timestamp) {
        Outcome outcome = outcomes.get(key(newest.dumpId(), ruleSet, newest.part()));
        if (outcome == null || !outcome.file()) {
            return false;
        }
        return outcome.complete() || timestamp <= outcome.writtenAt() && newest.offset() <= outcome.told();
    }

    private static String key(String dumpId, String ruleSet, DumpPart part) {
        return part.isWhole() ? key(dumpId, ruleSet) : text(Keys.dumpFilePart(dumpId, ruleSet, part.number()));
    }

    /** Whether dump-files has said of a replay what became of it. */
    boolean replayed(String dumpId, String ruleSet, String replayId) {
        Outcome outcome = outcomes.get(key(dumpId, ruleSet));
        return outcome != null && outcome.replayId().equals(replayId);
    }

    /**
     * Whether a complete file was written after a time: a replay that was decided before it needs no file of its own.
     *
     * @param time milliseconds since 1970-01-01 UTC
     */
    boolean completeSince(String dumpId, String ruleSet, long time) {
        Outcome outcome = outcomes.get(key(dumpId, ruleSet));
        return outcome != null && outcome.file() && outcome.complete() && outcome.writtenAt() > time;
    }

    /** Whether dump-files names a file of a dump under a rule set. */
    boolean hasFile(String dumpId, String ruleSet) {
        Outcome outcome = outcomes.get(key(dumpId, ruleSet));
        return outcome != null && outcome.file();
    }

    /** Where dump-files has the newest record of a dump under a rule set, as far as this sink knows. */
    Optional<LogPlace> place(String dumpId, String ruleSet) {
        return Optional.ofNullable(outcomes.get(key(dumpId, ruleSet))).map(Outcome::place);
    }

    /** Where dump-files has the newest record of what is made, as far as this sink knows. */
    Optional<LogPlace> place(AssemblyOrder order) {
        return Optional.ofNullable(outcomes.get(key(order))).map(Outcome::place);
    }

    /** Key on dump-files of what is made. */
    static String key(AssemblyOrder order) {
        return key(order.plan().dumpId(), order.ruleSet(), order.part());
    }

    private static String key(DumpFile file) {
        return text(Keys.dumpFile(file));
    }

    private static String key(String dumpId, String ruleSet) {
        return text(Keys.dumpFile(dumpId, ruleSet));
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
