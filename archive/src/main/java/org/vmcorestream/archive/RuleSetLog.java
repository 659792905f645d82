// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * What topic rule-sets holds, as far as it was read. Of several records for one version the first that was read counts; a
 * publisher never makes a second one. Belongs to one thread at a time.
 */
final class RuleSetLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleSetLog.class);

    /** Longest text of a rule set in bytes of UTF-8. */
    static final int MAX_TEXT_BYTES = 512 << 10;

    /** Longest name of a publisher. */
    static final int MAX_PUBLISHER = 256;

    /** Largest version: what a name has room for. */
    static final int MAX_VERSION = 999_999_999;

    /** Most bytes of texts that are held; a topic with more of them is not one of rule sets. */
    private static final long MAX_HELD_BYTES = 256L << 20;

    /** Most versions that are held. */
    private static final int MAX_HELD = 100_000;

    private static final int PARTITION = 0;
    private static final Pattern KEY = Pattern.compile("([a-z0-9-]{1,64})/([1-9][0-9]{0,8})");

    private final LogCursor cursor;
    private final String topic;
    private final Map<String, NavigableMap<Integer, ShelvedVersion>> versions = new TreeMap<>();
    private long readTo = -1;
    private long heldBytes;
    private int held;

    RuleSetLog(LogCursor cursor, String topic) {
        this.cursor = cursor;
        this.topic = topic;
    }

    /**
     * Reads what came since the last time, to the end.
     *
     * @throws ArchiveException when the cluster does not answer, or the topic cannot be read
     */
    void catchUp() {
        catchUp(0);
    }

    /** Reads what came since the last time, and waits for what is below an offset. */
    void catchUp(long atLeast) {
        if (readTo < 0) {
            requireTopic();
            readTo = cursor.beginning(topic, PARTITION);
        }
        long end = Math.max(atLeast, cursor.end(topic, PARTITION));
        if (readTo >= end) {
            return;
        }
        cursor.moveTo(topic, PARTITION, readTo);
        while (true) {
            try {
                ConsumerRecord<ByteBuffer, ByteBuffer> record = cursor.next(end);
                if (record == null) {
                    readTo = end;
                    return;
                }
                accept(record);
                readTo = record.offset() + 1;
            } catch (OffsetGoneException e) {
                throw new ArchiveException(e.getMessage(), e);
            }
        }
    }

    private void requireTopic() {
        int partitions = cursor.partitions(topic);
        if (partitions != 1) {
            throw new ArchiveException("topic " + topic + " has " + partitions + " partitions, expected 1");
        }
    }

    private void accept(ConsumerRecord<ByteBuffer, ByteBuffer> from) {
        String place = from.topic() + "-" + from.partition() + " offset " + from.offset();
        Matcher key = KEY.matcher(text(from.key()));
        if (!key.matches()) {
            LOG.warn("{} is passed over: key is {}, expected NAME/VERSION", place, OneLine.of(text(from.key())));
            return;
        }
        String name = key.group(1);
        int version = Integer.parseInt(key.group(2));
        ShelvedVersion before = versions.getOrDefault(name, new TreeMap<>()).get(version);
        ShelvedVersion now = shelved(from, name, version, place);
        if (before != null && before.record() != null && !now.isDeleted()) {
            // Also one that cannot be read: garbage under a key that is in use takes nothing away.
            if (!before.record().equals(now.record())) {
                LOG.warn("{} is passed over: {}@{} was published before", place, name, version);
            }
            return;
        }
        if (before == null) {
            if (++held > MAX_HELD) {
                throw new ArchiveException(
                        "topic " + topic + " holds more than " + MAX_HELD + " rule sets, expected fewer");
            }
        }
        if (now.record() != null) {
            heldBytes += now.record().getText().length();
            if (heldBytes > MAX_HELD_BYTES) {
                throw new ArchiveException("topic " + topic + " holds more than " + MAX_HELD_BYTES
                        + " bytes of rule sets, expected fewer");
            }
        }
        versions.computeIfAbsent(name, unused -> new TreeMap<>()).put(version, now);
    }

    private static ShelvedVersion shelved(
            ConsumerRecord<ByteBuffer, ByteBuffer> from, String name, int version, String place) {
        if (from.value() == null) {
            return ShelvedVersion.DELETED;
        }
        try {
            PublishedRuleSet record = RecordCodec.decode(from.value(), PublishedRuleSet.class);
            check(record, name, version);
            return ShelvedVersion.of(record);
        } catch (MalformedRecordException e) {
            String problem = place + ": " + OneLine.of(e);
            LOG.warn("{}", problem);
            return ShelvedVersion.unreadable(problem);
        }
    }

    private static void check(PublishedRuleSet record, String name, int version) throws MalformedRecordException {
        if (!record.getName().equals(name) || record.getVersion() != version) {
            throw new MalformedRecordException("rule set is " + OneLine.of(record.getName()) + " version "
                    + record.getVersion() + ", expected " + name + " version " + version + " as its key says");
        }
        if (BuiltInRuleSets.named(name).isPresent()) {
            throw new MalformedRecordException("rule set has the name " + name + " of a built-in one");
        }
        int bytes = record.getText().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TEXT_BYTES) {
            throw new MalformedRecordException(
                    "text of rule set " + name + " has " + bytes + " bytes, expected at most " + MAX_TEXT_BYTES);
        }
        if (record.getPublishedAt() < 0) {
            throw new MalformedRecordException("publishedAt is " + record.getPublishedAt() + ", expected 0 or more");
        }
        if (record.getPublishedBy().length() > MAX_PUBLISHER) {
            throw new MalformedRecordException("publishedBy has "
                    + record.getPublishedBy().length() + " characters, expected at most " + MAX_PUBLISHER);
        }
    }

    private static String text(ByteBuffer key) {
        return key == null ? "" : StandardCharsets.UTF_8.decode(key.duplicate()).toString();
    }

    /** A version as it was read; null when there is none. */
    ShelvedVersion version(String name, int version) {
        NavigableMap<Integer, ShelvedVersion> all = versions.get(name);
        return all == null ? null : all.get(version);
    }

    /** The newest version that was not deleted; null when there is none. */
    ShelvedVersion newest(String name) {
        NavigableMap<Integer, ShelvedVersion> all = versions.get(name);
        if (all != null) {
            for (ShelvedVersion version : all.descendingMap().values()) {
                if (!version.isDeleted()) {
                    return version;
                }
            }
        }
        return null;
    }

    /** The number that the next version gets. */
    int nextVersion(String name) {
        NavigableMap<Integer, ShelvedVersion> all = versions.get(name);
        return all == null ? 1 : all.lastKey() + 1;
    }

    /** All versions that can be read, by name and number. */
    List<PublishedRuleSet> all() {
        List<PublishedRuleSet> readable = new ArrayList<>();
        for (NavigableMap<Integer, ShelvedVersion> ofName : versions.values()) {
            for (ShelvedVersion version : ofName.values()) {
                if (version.record() != null) {
                    readable.add(version.record());
                }
            }
        }
        return readable;
    }

    @Override
    public void close() {
        cursor.close();
    }
}
