// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * What topic dump-files says of the files of dumps. Those written since a time are read once, and held: the last records come before
 * earlier ones where they do not all fit. Belongs to one thread.
 */
public final class FileCatalog {
    private static final int FETCH_BYTES = 1 << 20;

    /** Most memory of records that are held, roughly. */
    private static final long MAX_HELD_BYTES = 48L << 20;

    /** What it costs to hold a record, besides its text, which takes two bytes a character at most. */
    private static final int OVERHEAD = 800;

    private record Held(DumpFile file, long bytes) {}

    private final long maxHeldBytes;
    private final Map<String, Held> files = new LinkedHashMap<>();
    private final Map<String, List<String>> keysByDump = new LinkedHashMap<>();
    private long bytes;
    private long forgotten;

    FileCatalog(long maxHeldBytes) {
        this.maxHeldBytes = maxHeldBytes;
    }

    /**
     * Reads what was said since a time.
     *
     * @param since nothing is wanted of dumps that were opened before
     * @param unreadable told of records that cannot be read, in one line
     * @throws ArchiveException when the cluster does not answer
     */
    public static FileCatalog read(
            Map<String, Object> client, Topics topics, Instant since, Consumer<String> unreadable) {
        try (LogCursor cursor = LogCursor.open(client, FETCH_BYTES)) {
            FileCatalog catalog = new FileCatalog(MAX_HELD_BYTES);
            catalog.read(cursor, topics.dumpFiles(), since, unreadable);
            return catalog;
        }
    }

    void read(LogCursor cursor, String topic, Instant since, Consumer<String> unreadable) {
        DumpLog log = new DumpLog(cursor);
        long from = Math.max(0, since.getEpochSecond() * 1000 - DumpTimes.SKEW.toMillis());
        for (int partition = 0; partition < cursor.partitions(topic); partition++) {
            log.readAll(
                    topic,
                    partition,
                    cursor.offsetAt(topic, partition, from),
                    cursor.end(topic, partition),
                    (key, record) -> {
                        take(key, record, unreadable);
                        return true;
                    },
                    unreadable);
        }
    }

    private void take(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record, Consumer<String> unreadable) {
        drop(key);
        if (record.value() == null) {
            return;
        }
        try {
            DumpFile file = RecordCodec.decode(record.value(), DumpFile.class);
            String expected = new String(Keys.dumpFile(file), StandardCharsets.UTF_8);
            if (!expected.equals(key)) {
                throw new MalformedRecordException("key is " + OneLine.of(key) + ", expected " + OneLine.of(expected));
            }
            put(key, file, 2L * record.value().remaining() + OVERHEAD);
        } catch (MalformedRecordException e) {
            unreadable.accept(
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + OneLine.of(e));
        }
    }

    private void put(String key, DumpFile file, long size) {
        files.put(key, new Held(file, size));
        keysByDump.computeIfAbsent(file.getDumpId(), id -> new ArrayList<>(1)).add(key);
        bytes += size;
        while (bytes > maxHeldBytes && files.size() > 1) {
            Iterator<String> oldest = files.keySet().iterator();
            drop(oldest.next());
            forgotten++;
        }
    }

    private void drop(String key) {
        Held held = files.remove(key);
        if (held != null) {
            bytes -= held.bytes();
            keysByDump.computeIfPresent(held.file().getDumpId(), (id, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
    }

    /** The files of a dump, by rule set and part; one without location says why there is none. */
    public List<DumpFile> of(String dumpId) {
        return keysByDump.getOrDefault(dumpId, List.of()).stream()
                .map(key -> files.get(key).file())
                .sorted(Comparator.comparing(DumpFile::getRuleSet).thenComparingInt(DumpFile::getPart))
                .toList();
    }

    /** How many were forgotten because not all could be held. */
    public long forgotten() {
        return forgotten;
    }
}
