// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.ReaderSettings;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Admission;

/** What the gate said on topic admissions. */
final class GateRecords {
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Duration ASK = Duration.ofSeconds(10);

    private GateRecords() {}

    /**
     * The most bytes that the gate ever said were in flight; 0 when it never said anything.
     *
     * @param client settings of the Kafka client
     */
    static long most(Map<String, Object> client) throws BenchmarkFailure {
        TopicPartition admissions = new TopicPartition(new Topics(Topics.DEFAULT_PREFIX).admissions(), 0);
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer =
                new KafkaConsumer<>(ReaderSettings.withoutGroup(client))) {
            consumer.assign(List.of(admissions));
            consumer.seekToBeginning(List.of(admissions));
            long end = consumer.endOffsets(List.of(admissions), ASK).get(admissions);
            long deadline = System.nanoTime() + ASK.toNanos();
            long most = 0;
            while (consumer.position(admissions, ASK) < end) {
                if (System.nanoTime() > deadline) {
                    throw new BenchmarkFailure("topic admissions cannot be read within " + ASK.toSeconds() + " s");
                }
                for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(WAIT)) {
                    // Requests are on the same topic, under keys of their own.
                    if (record.value() != null && RecordCodec.decode(record.value()) instanceof Admission said) {
                        most = Math.max(most, said.getInFlight());
                    }
                }
            }
            return most;
        } catch (MalformedRecordException e) {
            throw new BenchmarkFailure("topic admissions: " + e.getMessage());
        }
    }
}
