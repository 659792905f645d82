// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.schemas.ReaderSettings;

/** Settings of the gate's Kafka clients: what the user gave, with what order and memory depend on put over it. */
final class GateClients {
    /** Largest fetch in bytes; a single record, a kernel log, may be larger. */
    private static final int FETCH_BYTES = 4 << 20;

    private static final int MAX_POLL_RECORDS = 500;
    private static final int SESSION_MS = 10_000;
    private static final int MAX_BLOCK_MS = 10_000;
    private static final int DELIVERY_MS = 30_000;

    private GateClients() {}

    /** Settings of the member of the group of gates, one of which is at work. */
    static Map<String, Object> member(GateSettings settings) {
        Map<String, Object> configs = sized(ReaderSettings.of(settings.client()));
        configs.put(ConsumerConfig.GROUP_ID_CONFIG, settings.topics().gateGroup());
        Object protocol = configs.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        if (protocol == null || !protocol.toString().equalsIgnoreCase(GroupProtocol.CONSUMER.name())) {
            // A gate that died is to be noticed soon: captures wait for the next one.
            configs.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
            configs.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MS / 5);
        }
        return configs;
    }

    /** Settings of the reader of dumps and dump-files. */
    static Map<String, Object> reader(GateSettings settings) {
        return sized(ReaderSettings.withoutGroup(settings.client()));
    }

    private static Map<String, Object> sized(Map<String, Object> configs) {
        configs.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        configs.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        configs.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        configs.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        return configs;
    }

    /** Settings of the producer of admissions. */
    static Map<String, Object> producer(GateSettings settings) {
        Map<String, Object> configs = new HashMap<>(settings.client());
        configs.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        configs.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        configs.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        configs.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        configs.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        configs.put(ProducerConfig.ACKS_CONFIG, "all");
        configs.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        configs.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        configs.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        configs.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        configs.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, DELIVERY_MS / 2);
        configs.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MS);
        return configs;
    }
}
