// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a group read a topic from its beginning, which it has to where it committed offsets of a topic that is no more. A cluster drops those
 * together with the topic, but a member that had not noticed yet may have committed one behind that. Whoever reads something a second
 * time decides the same.
 */
final class GroupOffsets {
    private static final Logger LOG = LoggerFactory.getLogger(GroupOffsets.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Other instances notice, and leave, within so much. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For one answer. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final Admin admin;
    private final String group;
    private final String topic;

    GroupOffsets(Admin admin, String group, String topic) {
        this.admin = admin;
        this.group = group;
        this.topic = topic;
    }

    /**
     * Sets all offsets back, once all members have left. When some stay, they have begun anew already, and it is left alone.
     *
     * @throws IllegalStateException in one line when the cluster does not answer or refuses
     */
    void toBeginning() throws InterruptedException {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                admin.alterConsumerGroupOffsets(group, beginnings())
                        .all()
                        .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                throw failed("no answer within " + ANSWER.toMillis() + " ms", e);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownMemberIdException)) {
                    throw failed(OneLine.of(e.getCause().getMessage()), e);
                }
            }
            if (System.nanoTime() > giveUp) {
                LOG.info("group {} has members at work on the new {}, its offsets stay", group, topic);
                return;
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    /** Of a partition whose beginning has moved on since, a reader finds it by itself. */
    private Map<TopicPartition, OffsetAndMetadata> beginnings()
            throws ExecutionException, TimeoutException, InterruptedException {
        TopicDescription described = admin.describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition = 0; partition < described.partitions().size(); partition++) {
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(0));
        }
        return offsets;
    }

    private IllegalStateException failed(String why, Exception cause) {
        return new IllegalStateException("group " + group + " cannot begin " + topic + " anew: " + why, cause);
    }
}
