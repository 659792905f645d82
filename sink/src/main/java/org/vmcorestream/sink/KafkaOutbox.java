// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;

/** The outbox on a Kafka producer. */
final class KafkaOutbox implements Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaOutbox.class);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;
    private final Topics topics;

    KafkaOutbox(Producer<byte[], byte[]> producer, Topics topics) {
        this.producer = producer;
        this.topics = topics;
    }

    @Override
    public CompletableFuture<LogPlace> publish(DumpFile file, long told) {
        Headers headers = RecordHeaders.of(file.getDumpId(), file);
        if (told >= 0) {
            add(headers, RecordHeaders.TOLD, Long.toString(told));
        }
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                topics.dumpFiles(), null, null, Keys.dumpFile(file), RecordCodec.encode(file), headers);
        CompletableFuture<LogPlace> arrived = new CompletableFuture<>();
        try {
            producer.send(record, (sent, problem) -> {
                if (problem == null) {
                    arrived.complete(new LogPlace(sent.partition(), sent.offset()));
                } else {
                    arrived.completeExceptionally(problem);
                }
            });
        } catch (RuntimeException e) {
            arrived.completeExceptionally(e);
        }
        return arrived;
    }

    @Override
    public void deadLetter(LogRecord record, String problem) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(topics.deadLetters(), bytes(record.key()), bytes(record.value()));
        Headers headers = letter.headers();
        record.headers().forEach(headers::add);
        add(headers, "problem", Problems.line(problem));
        add(headers, "topic", record.topic());
        add(headers, "partition", Integer.toString(record.partition()));
        add(headers, "offset", Long.toString(record.offset()));
        try {
            producer.send(letter, (sent, e) -> {
                if (e != null) {
                    LOG.warn("{} could not be copied to {}: {}", record.place(), topics.deadLetters(), e.getMessage());
                }
            });
        } catch (RuntimeException e) {
            LOG.warn("{} could not be copied to {}: {}", record.place(), topics.deadLetters(), e.getMessage());
        }
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        producer.close(CLOSE);
    }
}
