// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.schemas.ReaderSettings;

/**
 * Settings of the sink's Kafka clients: what the user gave, with what order, safety and memory depend on put over it. A client
 * is warned of by Kafka for settings that it does not know, and otherwise leaves them alone.
 */
final class ClientSettings {
    /** Largest fetch of one reader in bytes; with what the client fetches ahead a reader holds at most twice of it. */
    static final int FETCH_BYTES = 4 << 20;

    /** Largest record that the sink sends: one that is copied to dead-letters, with its headers. */
    static final int MAX_REQUEST = 32 << 20;

    /**
     * How long a broker holds a fetch of a reader while no record comes, in milliseconds. A reader that leaves a partition is of no
     * use before that time is up, and a dump of many stripes leaves many partitions in a row.
     */
    static final int FETCH_WAIT_MS = 100;

    /** The same for the member of the group, which never leaves what it reads. */
    private static final int MEMBER_FETCH_WAIT_MS = 500;

    private static final int MAX_POLL_RECORDS = 256;
    private static final int PUBLISH_TIMEOUT_MS = 60_000;
    private static final int MAX_BLOCK_MS = 2_000;

    private ClientSettings() {}

    /** Settings of a reader: no group, no commits, committed records only, and it never decides on an offset by itself. */
    static Map<String, Object> reader(Map<String, Object> client) {
        Map<String, Object> settings = sized(ReaderSettings.withoutGroup(client), FETCH_WAIT_MS);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return settings;
    }

    /** Settings of the member of the group that shares the dumps. */
    static Map<String, Object> member(Map<String, Object> client, String groupId) {
        Map<String, Object> settings = sized(ReaderSettings.of(client), MEMBER_FETCH_WAIT_MS);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        Object protocol = settings.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        if (protocol == null || !protocol.toString().equalsIgnoreCase(GroupProtocol.CONSUMER.name())) {
            settings.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        }
        return settings;
    }

    private static Map<String, Object> sized(Map<String, Object> settings, int fetchWaitMillis) {
        settings.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, fetchWaitMillis);
        settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        return settings;
    }

    /** Settings of the producer of dump-files and dead-letters. */
    static Map<String, Object> producer(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) MAX_REQUEST);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PUBLISH_TIMEOUT_MS / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PUBLISH_TIMEOUT_MS);
        return settings;
    }
}
