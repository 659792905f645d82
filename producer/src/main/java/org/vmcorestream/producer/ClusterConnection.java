// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** Connects to the cluster that takes a capture, and looks at its topics before anything is sent. */
final class ClusterConnection {
    private ClusterConnection() {}

    /**
     * Connects.
     *
     * @param admins makes the client that asks questions; it belongs to the connection, also when there will be none
     * @throws CaptureException when the client settings are wrong, the cluster does not answer within {@code max.block.ms},
     *     or its topics are not as they must be
     */
    static CaptureCluster open(CaptureSettings settings, Supplier<Admin> admins) throws InterruptedException {
        try {
            boolean asks = settings.admission().mode() != AdmissionPolicy.Mode.NEVER;
            Admin admin = admins.get();
            boolean handedOn = false;
            try {
                // The gate is asked for before the topics are, so that both answers come at the same time.
                AdmissionDesk desk = asks ? new KafkaAdmissionDesk(settings, admin) : AdmissionDesk.NOBODY;
                CaptureCluster cluster = open(settings, topics(admin, settings).partitions(), desk);
                handedOn = asks;
                return cluster;
            } finally {
                if (!handedOn) {
                    admin.close(Duration.ZERO);
                }
            }
        } catch (CaptureException e) {
            throw e;
        } catch (KafkaException e) {
            throw new CaptureException("Kafka client cannot start: " + OneLine.of(e), e);
        }
    }

    private static CaptureCluster open(
            CaptureSettings settings, ClusterTopics.Partitions partitions, AdmissionDesk desk) {
        Producer<byte[], byte[]> metadata = new KafkaProducer<>(ClientConfigs.metadata(settings));
        try {
            Producer<byte[], byte[]> data = new KafkaProducer<>(ClientConfigs.data(settings, partitions.dataBatch()));
            return new CaptureCluster(
                    metadata,
                    data,
                    partitions.dumps(),
                    partitions.stripes(),
                    topic -> maxMessageBytes(settings, topic),
                    desk);
        } catch (KafkaException e) {
            metadata.close(Duration.ZERO);
            throw e;
        }
    }

    /** Asked only when a record was refused. */
    private static OptionalLong maxMessageBytes(CaptureSettings settings, String topic) {
        try {
            Admin admin = Admin.create(ClientConfigs.admin(settings));
            try {
                return topics(admin, settings).maxMessageBytes(topic);
            } finally {
                admin.close(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (KafkaException e) {
            return OptionalLong.empty();
        }
    }

    private static ClusterTopics topics(Admin admin, CaptureSettings settings) {
        String brokers = String.valueOf(settings.client().get("bootstrap.servers"));
        return new ClusterTopics(admin, settings.topics(), brokers, ClientConfigs.maxBlockMillis(settings));
    }
}
