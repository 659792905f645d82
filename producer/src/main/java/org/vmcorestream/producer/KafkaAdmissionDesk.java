// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Admission;

/**
 * Hears from the gate by Kafka: a gate is there while the group of gates has a member. That is asked when the desk is made, and
 * nobody waits for the answer before it is needed. A consumer is made only for a capture that asks.
 */
final class KafkaAdmissionDesk implements AdmissionDesk {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaAdmissionDesk.class);

    private static final int ASK_MILLIS = 5000;
    private static final Duration CLOSE = Duration.ZERO;

    private final CaptureSettings settings;
    private final Admin admin;
    private final KafkaFuture<ConsumerGroupDescription> first;

    /** @param admin a client that belongs to the desk from now on */
    KafkaAdmissionDesk(CaptureSettings settings, Admin admin) {
        this.settings = settings;
        this.admin = admin;
        first = ask();
    }

    private KafkaFuture<ConsumerGroupDescription> ask() {
        String group = settings.topics().gateGroup();
        return admin.describeConsumerGroups(List.of(group), new DescribeConsumerGroupsOptions().timeoutMs(ASK_MILLIS))
                .describedGroups()
                .get(group);
    }

    @Override
    public boolean gateWasThere() throws InterruptedException {
        return presence(first) == Presence.THERE;
    }

    @Override
    public Presence gate() throws InterruptedException {
        return presence(ask());
    }

    private Presence presence(KafkaFuture<ConsumerGroupDescription> answer) throws InterruptedException {
        try {
            return answer.get(ASK_MILLIS, TimeUnit.MILLISECONDS).members().isEmpty() ? Presence.GONE : Presence.THERE;
        } catch (ExecutionException e) {
            notTold(e);
            return e.getCause() instanceof RetriableException ? Presence.UNKNOWN : Presence.GONE;
        } catch (TimeoutException e) {
            notTold(e);
            return Presence.UNKNOWN;
        }
    }

    private void notTold(Exception e) {
        LOG.debug(
                "group {} does not say whether it has a gate: {}",
                settings.topics().gateGroup(),
                OneLine.of(e));
    }

    @Override
    public Answers answers(long offset) {
        TopicPartition partition = new TopicPartition(settings.topics().admissions(), 0);
        Consumer<ByteBuffer, ByteBuffer> consumer = new KafkaConsumer<>(ClientConfigs.answers(settings));
        try {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            return new KafkaAnswers(consumer);
        } catch (RuntimeException e) {
            consumer.close(CloseOptions.timeout(CLOSE));
            throw e;
        }
    }

    @Override
    public void close() {
        admin.close(CLOSE);
    }

    private record KafkaAnswers(Consumer<ByteBuffer, ByteBuffer> consumer) implements Answers {
        @Override
        public List<Admission> next(Duration wait) {
            List<Admission> found = new ArrayList<>();
            try {
                for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(wait)) {
                    read(record, found);
                }
            } catch (RetriableException e) {
                LOG.debug("topic admissions cannot be read now: {}", OneLine.of(e));
            }
            return found;
        }

        private static void read(ConsumerRecord<ByteBuffer, ByteBuffer> record, List<Admission> found) {
            if (record.value() == null) {
                return;
            }
            try {
                if (RecordCodec.decode(record.value()) instanceof Admission admission) {
                    found.add(admission);
                }
            } catch (MalformedRecordException e) {
                LOG.debug("topic admissions offset {}: {}", record.offset(), e.getMessage());
            }
        }

        @Override
        public void close() {
            try {
                consumer.close(CloseOptions.timeout(CLOSE));
            } catch (KafkaException e) {
                LOG.debug("consumer of admissions: {}", OneLine.of(e));
            }
        }
    }
}
