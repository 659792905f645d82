// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.vmcorestream.schemas.ReaderSettings;
import org.vmcorestream.schemas.Topics;

/**
 * Settings of the three Kafka clients of a capture: the user's, above defaults made for large records, below what order and
 * safety ask for.
 */
final class ClientConfigs {
    /**
     * Largest record of page-metadata and dumps before compression: a kernel log of 16 MiB, or a manifest of that order.
     */
    static final int MAX_METADATA_REQUEST = 20 << 20;

    /** Largest request of page-data; a record is below 1 MiB. */
    static final int MAX_DATA_REQUEST = 2 << 20;

    /** Bytes of a batch that a topic takes when nobody configured it. */
    private static final int USUAL_BATCH = 1 << 20;

    /**
     * How long a request of page-data may be gathered, in milliseconds. What a request costs client, broker and sink does not depend on
     * its size; nothing waits so long at the end of a capture, which sends at once what is there.
     */
    private static final int DATA_LINGER_MS = 30;

    private static final int METADATA_LINGER_MS = 5;

    private static final int ANSWER_BYTES = 1 << 20;
    private static final int SEARCH_BYTES = 4 << 20;

    /** How long a broker may hold back a fetch that finds nothing. */
    private static final int SEARCH_WAIT_MS = 10;

    private static final long DEFAULT_MAX_BLOCK_MS = 60_000;
    /** Patience where nothing else is said: networks and brokers are gone for less, mostly. */
    private static final int DEFAULT_DELIVERY_TIMEOUT_MS = 3_600_000;

    private ClientConfigs() {}

    /** Settings of the producer of dumps and page-metadata. */
    static Map<String, Object> metadata(CaptureSettings settings) {
        Map<String, Object> configs = producer(settings, "metadata", MAX_METADATA_REQUEST, METADATA_LINGER_MS);
        configs.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        return configs;
    }

    /**
     * Settings of the producer of page-data, whose contents are compressed already. A batch is one request, so it is as large as the topic
     * takes it, and no larger than
     * what a small dump can be sent in several of.
     *
     * @param limit largest record batch that the topic takes in bytes, empty when it cannot be told
     */
    static Map<String, Object> data(CaptureSettings settings, OptionalLong limit) {
        Map<String, Object> configs = producer(settings, "data", MAX_DATA_REQUEST, DATA_LINGER_MS);
        if (!settings.client().containsKey(ProducerConfig.BATCH_SIZE_CONFIG)) {
            configs.put(ProducerConfig.BATCH_SIZE_CONFIG, (int)
                    Math.max(USUAL_BATCH, Math.min(MAX_DATA_REQUEST, limit.orElse(USUAL_BATCH))));
        }
        configs.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        return configs;
    }

    /** Settings of the admin client: the user's without those only a producer knows. */
    static Map<String, Object> admin(CaptureSettings settings) {
        Map<String, Object> configs = unwatched();
        configs.putAll(settings.client());
        configs.keySet()
                .removeIf(name -> ProducerConfig.configNames().contains(name)
                        && !AdminClientConfig.configNames().contains(name));
        configs.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId(settings, "admin"));
        return configs;
    }

    /** Settings of the consumer of what the gate says: the user's without those only a producer knows. */
    static Map<String, Object> answers(CaptureSettings settings) {
        Map<String, Object> configs = ReaderSettings.withoutGroup(settings.client());
        configs.keySet()
                .removeIf(name -> ProducerConfig.configNames().contains(name)
                        && !ConsumerConfig.configNames().contains(name));
        configs.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(settings, "admission"));
        configs.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        configs.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, ANSWER_BYTES);
        configs.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, ANSWER_BYTES);
        return configs;
    }

    /**
     * Settings of the consumer that looks for what a capture that was cut short has sent. It asks for nothing but what is there: a
     * fetch that went to the end of a partition would hold up the next question to the same broker for half a second.
     */
    static Map<String, Object> search(Map<String, Object> client, Topics topics) {
        Map<String, Object> configs = ReaderSettings.withoutGroup(client);
        configs.keySet()
                .removeIf(name -> ProducerConfig.configNames().contains(name)
                        && !ConsumerConfig.configNames().contains(name));
        Object given = client.get(ConsumerConfig.CLIENT_ID_CONFIG);
        configs.put(ConsumerConfig.CLIENT_ID_CONFIG, (given == null ? topics.dumps() : given) + "-resume");
        configs.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        configs.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, SEARCH_WAIT_MS);
        configs.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, SEARCH_BYTES);
        configs.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, SEARCH_BYTES);
        return configs;
    }

    /** How long the capture waits for a cluster that does not answer before it has begun. */
    static long maxBlockMillis(CaptureSettings settings) {
        return number(settings, ProducerConfig.MAX_BLOCK_MS_CONFIG, DEFAULT_MAX_BLOCK_MS);
    }

    /** How long a record may take on its way: so long the capture waits for a cluster that is gone. */
    static long patienceMillis(CaptureSettings settings) {
        return number(settings, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DEFAULT_DELIVERY_TIMEOUT_MS);
    }

    private static Map<String, Object> producer(
            CaptureSettings settings, String purpose, int maxRequest, int lingerMillis) {
        Map<String, Object> configs = unwatched();
        configs.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DEFAULT_DELIVERY_TIMEOUT_MS);
        // While the buffer is full the broker may be restarting: wait as long as a record may take on its way.
        configs.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patienceMillis(settings));
        configs.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        configs.put(ProducerConfig.LINGER_MS_CONFIG, lingerMillis);
        configs.put(ProducerConfig.BATCH_SIZE_CONFIG, USUAL_BATCH);
        configs.put(ProducerConfig.SEND_BUFFER_CONFIG, -1);
        configs.putAll(settings.client());

        configs.put(ProducerConfig.CLIENT_ID_CONFIG, clientId(settings, purpose));
        configs.put(ProducerConfig.ACKS_CONFIG, "all");
        configs.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        configs.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, maxRequest);
        configs.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        configs.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        configs.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        configs.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        configs.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        return configs;
    }

    /**
     * Nobody watches a client for the seconds that a capture takes: its metrics are no beans, and are not sent to brokers, unless the
     * user's settings say so.
     */
    private static Map<String, Object> unwatched() {
        Map<String, Object> configs = new HashMap<>();
        configs.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        configs.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return configs;
    }

    private static String clientId(CaptureSettings settings, String purpose) {
        Object given = settings.client().get(ProducerConfig.CLIENT_ID_CONFIG);
        return (given == null ? "vmcore-producer-" + settings.dumpId() : given) + "-" + purpose;
    }

    private static long number(CaptureSettings settings, String name, long ifAbsent) {
        Object given = settings.client().get(name);
        return given == null ? ifAbsent : (Long) ConfigDef.parseType(name, given, ConfigDef.Type.LONG);
    }
}
