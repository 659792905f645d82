// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * Settings that every Kafka consumer of the topics has, whoever it belongs to: bytes as they are, committed records only,
 * checksums checked, no offset committed and no topic made by itself. Sizes, and where to begin, are each reader's own.
 */
public final class ReaderSettings {
    private static final List<String> OF_GROUPS = List.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);

    private ReaderSettings() {}

    /** What the user gave, with these put over it; changing the result changes nothing else. */
    public static Map<String, Object> of(Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteBufferDeserializer.class.getName());
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteBufferDeserializer.class.getName());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.CHECK_CRCS_CONFIG, true);
        return settings;
    }

    /** The same for a reader that belongs to no group, whatever the user gave for groups. */
    public static Map<String, Object> withoutGroup(Map<String, Object> client) {
        Map<String, Object> settings = of(client);
        OF_GROUPS.forEach(settings::remove);
        return settings;
    }
}
