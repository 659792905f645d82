// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Admission;

/** Writes what the gate says, in order. Belongs to one thread. */
final class GateOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(GateOutbox.class);

    private final Producer<byte[], byte[]> producer;
    private final Topics topics;

    /** The first record that did not arrive; what comes behind it may have, so the book has to be made anew. */
    private volatile Exception lost;

    GateOutbox(Producer<byte[], byte[]> producer, Topics topics) {
        this.producer = producer;
        this.topics = topics;
    }

    /** Sends without waiting. */
    void send(List<Admission> admissions) {
        for (Admission admission : admissions) {
            String dumpId = admission.getDumpId();
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    topics.admissions(),
                    null,
                    null,
                    Keys.admission(dumpId),
                    RecordCodec.encode(admission),
                    RecordHeaders.of(dumpId, admission));
            try {
                producer.send(record, (sent, problem) -> {
                    if (problem != null && lost == null) {
                        lost = problem;
                    }
                });
            } catch (KafkaException e) {
                lost = e;
                return;
            }
        }
    }

    /** Why a record did not arrive, and forgets it; null when all did so far. */
    Exception takeLost() {
        Exception problem = lost;
        if (problem != null) {
            producer.flush();
            lost = null;
        }
        return problem;
    }

    /** Copies a record that cannot be used to dead-letters; tells so where that does not work. */
    void deadLetter(ConsumerRecord<ByteBuffer, ByteBuffer> record, String problem) {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(topics.deadLetters(), bytes(record.key()), bytes(record.value()));
        record.headers().forEach(letter.headers()::add);
        letter.headers().add("problem", OneLine.of(problem).getBytes(StandardCharsets.UTF_8));
        letter.headers().add("topic", record.topic().getBytes(StandardCharsets.UTF_8));
        letter.headers().add("partition", Integer.toString(record.partition()).getBytes(StandardCharsets.UTF_8));
        letter.headers().add("offset", Long.toString(record.offset()).getBytes(StandardCharsets.UTF_8));
        try {
            producer.send(letter, (sent, e) -> {
                if (e != null) {
                    LOG.warn("a record could not be copied to {}: {}", topics.deadLetters(), OneLine.of(e));
                }
            });
        } catch (KafkaException e) {
            LOG.warn("a record could not be copied to {}: {}", topics.deadLetters(), OneLine.of(e));
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
