// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;
import org.vmcorestream.schemas.TopicPlan;

/**
 * The settings of the Streams application. Three layers, the later one wins: what is good for this application; what the
 * user set, with or without one of the prefixes of Streams; what must hold for the verdicts to be right.
 */
final class StreamsSettings {
    /** A dead letter carries a whole record and what is wrong with it. */
    private static final int MAX_REQUEST_BYTES = TopicPlan.MAX_DEAD_LETTER_BYTES;

    /** Room for the records that are fetched and not yet processed; together they bound the memory of a thread. */
    private static final int FETCH_BYTES = 8 << 20;

    /** How long a cluster that is gone is waited for: a day, since nothing is lost meanwhile. */
    private static final long TASK_TIMEOUT_MS = 86_400_000;

    private StreamsSettings() {}

    /** All settings. */
    static Properties of(VerdictService.Settings settings) {
        Properties all = new Properties();
        advise(all);
        all.putAll(settings.client());
        demand(all, settings);
        return all;
    }

    /** Those of an admin client beside it. */
    static Map<String, Object> admin(Properties all, String clientId) {
        return new StreamsConfig(all).getAdminConfigs(clientId);
    }

    private static void advise(Properties all) {
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 32);
        all.put(StreamsConfig.POLL_MS_CONFIG, 100);
        all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        all.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, TASK_TIMEOUT_MS);
        consumer(all, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 64);
        consumer(all, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        consumer(all, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, TopicPlan.MAX_STRIPE_MESSAGE_BYTES);
        consumer(all, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        consumer(all, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
        producer(all, ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        producer(all, ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
        all.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 30_000);
    }

    private static void demand(Properties all, VerdictService.Settings settings) {
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        all.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir().toString());
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        all.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
                LogAndFailProcessingExceptionHandler.class.getName());
        for (String name : new String[] {ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, ConsumerConfig.GROUP_ID_CONFIG}) {
            remove(all, name);
        }
        for (String name : new String[] {
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG
        }) {
            remove(all, name);
        }
        consumer(all, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        atLeast(all, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    }

    private static void consumer(Properties all, String name, Object value) {
        all.put(StreamsConfig.consumerPrefix(name), value);
    }

    private static void producer(Properties all, String name, Object value) {
        all.put(StreamsConfig.producerPrefix(name), value);
    }

    private static void remove(Map<Object, Object> all, String name) {
        all.remove(name);
        all.remove(StreamsConfig.consumerPrefix(name));
        all.remove(StreamsConfig.mainConsumerPrefix(name));
        all.remove(StreamsConfig.producerPrefix(name));
    }

    private static void atLeast(Properties all, String name, int least) {
        Object set = all.getOrDefault(StreamsConfig.producerPrefix(name), all.get(name));
        int value = least;
        if (set != null) {
            try {
                value = Math.max(least, Integer.parseInt(set.toString().trim()));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("setting " + name + " is '" + set + "', expected a number", e);
            }
        }
        all.remove(name);
        producer(all, name, value);
    }
}
