// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.schemas.ReaderSettings;

/** Settings of the archive's Kafka clients: the user's, with what order, safety and memory depend on put over them. */
final class ClientConfigs {
    /** How long the cluster may take for anything. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int TRANSACTION_TIMEOUT_MS = 15_000;

    /** How long a broker may hold back a fetch that finds nothing. */
    private static final int CURSOR_WAIT_MS = 10;

    private ClientConfigs() {}

    /**
     * Settings of a reader: no group, no commits, committed records only, and it never decides on an offset by itself.
     *
     * @param fetchBytes largest fetch, where no single record is larger; the client holds at most twice of it
     */
    static Map<String, Object> reader(Map<String, Object> client, int fetchBytes) {
        Map<String, Object> settings = ReaderSettings.withoutGroup(client);
        settings.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, fetchBytes);
        return settings;
    }

    /**
     * The same for a reader that asks for nothing but what is there. A client has one fetch under way with each broker, and one
     * that went to the end of a partition would hold up the next partition's for half a second.
     */
    static Map<String, Object> cursor(Map<String, Object> client, int fetchBytes) {
        Map<String, Object> settings = reader(client, fetchBytes);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, CURSOR_WAIT_MS);
        return settings;
    }

    /** Settings of a producer that waits for every record it sends. */
    static Map<String, Object> sender(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        return settings;
    }

    /** Settings of a producer that only one process can be at a time: the one that came last. */
    static Map<String, Object> exclusiveSender(Map<String, Object> client, String transactionalId) {
        Map<String, Object> settings = sender(client);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return settings;
    }
}
