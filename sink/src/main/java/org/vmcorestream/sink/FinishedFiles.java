// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * What topic dump-files says is done. A complete file is done for good; an incomplete one until a newer record of its dump
 * comes; a record without a location is not done at all. A tombstone makes a file be made again at the next start. Whether
 * the file itself is still there is not asked: who removes an old dump does not want it back.
 *
 * <p>Reading belongs to one thread; the rest can be used by several at once.
 */
final class FinishedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedFiles.class);

    /** Reads of 100 ms each that may bring nothing before the end of a partition. */
    private static final int MAX_EMPTY_READS = 50;

    private record Outcome(boolean complete, long writtenAt) {}

    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    private final String topic;
    private final long[] next;

    /**
     * @param topic name of dump-files
     * @param partitions its partitions
     */
    FinishedFiles(String topic, int partitions) {
        this.topic = topic;
        next = new long[partitions];
    }

    /**
     * Reads the topic from where it was left to its end.
     *
     * @param reader any reader; it is left where it is
     * @throws TimeoutException when the cluster does not answer; the call can be made again
     */
    void catchUp(LogReader reader) {
        for (int partition = 0; partition < next.length; partition++) {
            reader.seek(topic, partition, next[partition]);
            long end = reader.end();
            int empty = 0;
            while (next[partition] < end) {
                try {
                    List<LogRecord> records = reader.read(Duration.ofMillis(100));
                    records.forEach(this::accept);
                    empty = records.isEmpty() ? empty + 1 : 0;
                    if (empty == MAX_EMPTY_READS) {
                        throw new TimeoutException(topic + "-" + partition + " cannot be read from offset "
                                + next[partition] + " to " + end);
                    }
                    next[partition] = reader.position();
                } catch (OffsetGoneException e) {
                    next[partition] = e.beginning();
                    reader.seek(topic, partition, e.beginning());
                }
            }
        }
    }

    private void accept(LogRecord record) {
        String key = record.keyText();
        if (record.value() == null) {
            outcomes.remove(key);
            return;
        }
        try {
            DumpFile file = RecordCodec.decode(record.value(), DumpFile.class);
            if (key.equals(key(file.getDumpId(), file.getRuleSet()))) {
                put(file);
            }
        } catch (MalformedRecordException e) {
            LOG.warn("{}: {}", record.place(), e.getMessage());
        }
    }

    /** Takes what this sink itself published. */
    void put(DumpFile file) {
        String key = key(file.getDumpId(), file.getRuleSet());
        if (file.getLocation().isEmpty()) {
            outcomes.remove(key);
        } else {
            outcomes.put(key, new Outcome(file.getComplete(), file.getWrittenAt()));
        }
    }

    /**
     * Whether there is nothing to do.
     *
     * @param timestamp when the newest record of the dump was sent, milliseconds since 1970-01-01 UTC
     */
    boolean done(String dumpId, String ruleSet, long timestamp) {
        Outcome outcome = outcomes.get(key(dumpId, ruleSet));
        return outcome != null && (outcome.complete() || timestamp <= outcome.writtenAt());
    }

    private static String key(String dumpId, String ruleSet) {
        return new String(Keys.dumpFile(dumpId, ruleSet), StandardCharsets.UTF_8);
    }
}
