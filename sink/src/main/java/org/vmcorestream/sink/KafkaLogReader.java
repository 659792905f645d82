// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reader on a Kafka consumer that belongs to no group. */
final class KafkaLogReader implements LogReader {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaLogReader.class);

    /** How long a call may take that asks a broker; it is made again in a later step. */
    private static final Duration ASK = Duration.ofSeconds(2);

    /** Offsets in a row that may be passed over because their records are broken. */
    private static final int MAX_SKIPPED = 10_000;

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private TopicPartition place;
    private int skipped;

    KafkaLogReader(Consumer<ByteBuffer, ByteBuffer> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void seek(String topic, int partition, long offset) {
        assign(topic, partition);
        consumer.seek(place, offset);
    }

    @Override
    public void seekToTime(String topic, int partition, long timestamp) {
        assign(topic, partition);
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(place, timestamp), ASK).get(place);
        consumer.seek(
                place,
                found == null ? consumer.beginningOffsets(Set.of(place), ASK).get(place) : found.offset());
    }

    private void assign(String topic, int partition) {
        place = new TopicPartition(topic, partition);
        consumer.assign(Set.of(place));
        skipped = 0;
    }

    @Override
    public List<LogRecord> read(Duration wait) throws OffsetGoneException {
        List<LogRecord> records = new ArrayList<>();
        try {
            for (ConsumerRecord<ByteBuffer, ByteBuffer> each : consumer.poll(wait)) {
                records.add(record(each));
            }
            skipped = 0;
        } catch (InvalidOffsetException e) {
            long beginning = consumer.beginningOffsets(Set.of(place), ASK).get(place);
            throw new OffsetGoneException(place.topic(), place.partition(), position(), beginning);
        } catch (KafkaException e) {
            // Only a broken batch is reported by this very class: its checksum does not hold. What is lost with it is
            // found
            // by those who count records.
            if (e.getClass() != KafkaException.class || ++skipped > MAX_SKIPPED) {
                throw e;
            }
            long offset = position();
            LOG.warn("{} offset {} cannot be read, it is passed over: {}", place, offset, e.getMessage());
            consumer.seek(place, offset + 1);
        }
        return records;
    }

    static LogRecord record(ConsumerRecord<ByteBuffer, ByteBuffer> from) {
        return new LogRecord(
                from.topic(),
                from.partition(),
                from.offset(),
                from.timestamp(),
                from.key(),
                from.value(),
                from.headers());
    }

    @Override
    public long position() {
        return consumer.position(place, ASK);
    }

    @Override
    public long end() {
        return consumer.endOffsets(Set.of(place), ASK).get(place);
    }

    @Override
    public long[] ends(String topic, int partitions) {
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
        Map<TopicPartition, Long> found = consumer.endOffsets(all, ASK);
        return all.stream().mapToLong(found::get).toArray();
    }

    @Override
    public void leave() {
        consumer.assign(Set.of());
        place = null;
    }

    /** Waits for nothing: a fetch may be under way, and the broker forgets its session by itself. */
    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
