// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Alarm;

class AlarmOutboxTest {
    private static final String TOPIC = "vmcore.alarms";

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final AlarmOutbox outbox = new AlarmOutbox(TOPIC);

    private static Alarm alarm(long number) {
        return new AlarmRules(AlarmThresholds.USUAL)
                .judge(Sample.dump(number, Sample.RELEASE, 0, 0))
                .get(0);
    }

    @Test
    void shouldSendAnAlarmUnderItsKey() throws Exception {
        outbox.add(alarm(1));
        assertThat(producer.history()).isEmpty();
        outbox.pump(producer);

        ProducerRecord<byte[], byte[]> sent = producer.history().get(0);
        assertThat(sent.topic()).isEqualTo(TOPIC);
        assertThat(new String(sent.key(), StandardCharsets.UTF_8)).isEqualTo(Sample.id(1) + "/level-31/NO_FREE_PAGES/");
        assertThat(RecordCodec.decode(ByteBuffer.wrap(sent.value()), Alarm.class))
                .isEqualTo(alarm(1));
        assertThat(new String(sent.headers().lastHeader("dump").value(), StandardCharsets.UTF_8))
                .isEqualTo(Sample.id(1));
        assertThat(outbox.unsent()).isEqualTo(1);
        producer.completeNext();
        assertThat(outbox.unsent()).isZero();
    }

    @Test
    void shouldSendAgainWhatTheClusterDidNotTakeInTime() {
        outbox.add(alarm(1));
        outbox.add(alarm(2));
        outbox.pump(producer);
        producer.errorNext(new TimeoutException("away"));
        producer.completeNext();
        assertThat(outbox.unsent()).isEqualTo(1);

        outbox.pump(producer);
        producer.completeNext();

        assertThat(producer.history()).hasSize(3);
        assertThat(producer.history().get(2).key())
                .isEqualTo(producer.history().get(0).key());
        assertThat(outbox.unsent()).isZero();
    }

    @Test
    void shouldFailWhenTheClusterRefusesAlarms() {
        outbox.add(alarm(1));
        outbox.pump(producer);
        producer.errorNext(new TopicAuthorizationException("no rights"));

        assertThatThrownBy(() -> outbox.pump(producer))
                .isInstanceOf(KafkaException.class)
                .hasMessageStartingWith("topic vmcore.alarms takes no alarms: ");
    }

    @Test
    void shouldFailWhenNothingCanBeSentAtAll() {
        producer.sendException = new TopicAuthorizationException("no rights");
        outbox.add(alarm(1));
        outbox.pump(producer);

        assertThatThrownBy(() -> outbox.pump(producer)).isInstanceOf(KafkaException.class);
    }

    @Test
    void shouldHoldABoundedNumberOfAlarms() {
        Alarm alarm = alarm(1);
        for (int i = 0; i < AlarmOutbox.MAX_WAITING + 100; i++) {
            outbox.add(alarm);
        }

        assertThat(outbox.unsent()).isEqualTo(AlarmOutbox.MAX_WAITING);
    }
}
