// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Alarm;

/**
 * Sends alarms. An alarm stays here until the cluster has it: what the cluster does not take for a while is sent again, what it
 * refuses for good ends the console. {@link #add} can be called by any thread, {@link #pump} belongs to one.
 */
final class AlarmOutbox {
    /** Most alarms that wait to be sent; more are told to the log alone. */
    static final int MAX_WAITING = 10_000;

    /** Most alarms on their way at once. */
    private static final int MAX_SENDING = 500;

    private static final Logger LOG = LoggerFactory.getLogger(AlarmOutbox.class);

    private final Deque<Alarm> waiting = new ArrayDeque<>();
    private final String topic;
    private int sending;
    private KafkaException refusal;

    /**
     * @param topic name of topic alarms
     */
    AlarmOutbox(String topic) {
        this.topic = topic;
    }

    /** Takes an alarm; returns at once. */
    synchronized void add(Alarm alarm) {
        if (waiting.size() >= MAX_WAITING) {
            LOG.error("more than {} alarms wait to be sent; not sent: {}", MAX_WAITING, alarm.getText());
        } else {
            waiting.addLast(alarm);
        }
    }

    /** Alarms that the cluster does not have yet. */
    synchronized int unsent() {
        return waiting.size() + sending;
    }

    /**
     * Sends what waits.
     *
     * @param producer the same each time
     * @throws KafkaException when the cluster refused an alarm for good
     */
    void pump(Producer<byte[], byte[]> producer) {
        for (Alarm alarm = next(); alarm != null; alarm = next()) {
            Alarm sent = alarm;
            try {
                producer.send(record(sent), (metadata, problem) -> ended(sent, problem));
            } catch (InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                ended(sent, e);
                return;
            }
        }
    }

    private synchronized Alarm next() {
        if (refusal != null) {
            throw refusal;
        }
        if (waiting.isEmpty() || sending == MAX_SENDING) {
            return null;
        }
        sending++;
        return waiting.removeFirst();
    }

    private ProducerRecord<byte[], byte[]> record(Alarm alarm) {
        return new ProducerRecord<>(
                topic,
                null,
                null,
                Keys.alarm(alarm.getDumpId(), alarm.getRuleSet(), alarm.getKind(), alarm.getReason()),
                RecordCodec.encode(alarm),
                RecordHeaders.of(alarm.getDumpId(), alarm));
    }

    private synchronized void ended(Alarm alarm, Exception problem) {
        sending--;
        if (problem instanceof RetriableException) {
            LOG.warn("alarm could not be sent and will be sent again: {}", PlainText.line(problem));
            waiting.addFirst(alarm);
        } else if (problem != null) {
            refusal = new KafkaException("topic " + topic + " takes no alarms: " + PlainText.line(problem), problem);
        }
    }
}
