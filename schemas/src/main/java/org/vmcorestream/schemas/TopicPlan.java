// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * How the topics are made.
 *
 * <table>
 * <caption>Topics and their settings</caption>
 * <tr><th>topic</th><th>partitions</th><th>cleanup</th><th>kept for</th><th>largest message</th><th>compression</th></tr>
 * <tr><td>dumps</td><td>stripe</td><td>compact</td><td>ever</td><td>20 MiB: a kernel log of 16 MiB</td><td>producer</td></tr>
 * <tr><td>page-metadata</td><td>stripe</td><td>compact, delete</td><td>metadata</td><td>4 MiB</td><td>producer</td></tr>
 * <tr><td>page-data</td><td>stripe</td><td>delete</td><td>data</td><td>4 MiB</td><td>uncompressed</td></tr>
 * <tr><td>verdicts</td><td>stripe</td><td>compact, delete</td><td>metadata</td><td>4 MiB</td><td>producer</td></tr>
 * <tr><td>exclusion-stats</td><td>1</td><td>compact</td><td>ever</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>dump-files</td><td>1</td><td>compact</td><td>ever</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>rule-sets</td><td>1</td><td>compact</td><td>ever</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>replays</td><td>stripe</td><td>delete</td><td>metadata</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>alarms</td><td>1</td><td>compact, delete</td><td>metadata</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>admissions</td><td>1</td><td>compact, delete</td><td>1 day</td><td>1 MiB</td><td>producer</td></tr>
 * <tr><td>dead-letters</td><td>1</td><td>delete</td><td>metadata</td><td>8 MiB: a record and what is wrong with it</td>
 * <td>producer</td></tr>
 * </table>
 *
 * Page contents are compressed at the source, so the broker keeps them as they are. With three replicas or more a write
 * needs two of them.
 *
 * @param topics their names
 * @param stripePartitions partitions of page-metadata, page-data and verdicts, and of dumps and replays, so that as many
 *     sinks and replay workers can share the work; 1 or more
 * @param replicationFactor copies of each partition, 1 or more; -1 for what the brokers are set to
 * @param dataRetention how long page contents are kept: the time in which a dump can be assembled again
 * @param metadataRetention how long descriptors, verdicts and dead letters are kept: the time in which a dump can be decided
 *     again
 */
public record TopicPlan(
        Topics topics,
        int stripePartitions,
        short replicationFactor,
        Duration dataRetention,
        Duration metadataRetention) {
    /** How long page contents are kept when nothing else is configured. */
    public static final Duration DATA_RETENTION = Duration.ofDays(7);

    /** How long descriptors and verdicts are kept when nothing else is configured. */
    public static final Duration METADATA_RETENTION = Duration.ofDays(30);

    /** How long requests to send, and what was said to them, are kept. */
    public static final Duration ADMISSION_RETENTION = Duration.ofDays(1);

    /** Largest message of page-metadata, page-data and verdicts in bytes. */
    public static final int MAX_STRIPE_MESSAGE_BYTES = 4 << 20;

    /** Largest message of dumps in bytes: a kernel log of 16 MiB, or a manifest. */
    public static final int MAX_DUMP_MESSAGE_BYTES = 20 << 20;

    /** Largest message of dead-letters in bytes. */
    public static final int MAX_DEAD_LETTER_BYTES = 8 << 20;

    /** Largest message of the other topics in bytes. */
    public static final int MAX_SMALL_MESSAGE_BYTES = 1 << 20;

    private static final String COMPACT_DELETE =
            TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE;

    /** Checks the numbers. */
    public TopicPlan {
        if (stripePartitions < 1) {
            throw new IllegalArgumentException(stripePartitions + " partitions, expected 1 or more");
        }
        if (replicationFactor < 1 && replicationFactor != -1) {
            throw new IllegalArgumentException(
                    "replication factor " + replicationFactor + ", expected 1 or more, or -1 for that of the brokers");
        }
    }

    /** A plan with the usual retention. */
    public TopicPlan(Topics topics, int stripePartitions, short replicationFactor) {
        this(topics, stripePartitions, replicationFactor, DATA_RETENTION, METADATA_RETENTION);
    }

    /** All topics, ready for {@link Admin#createTopics}. */
    public List<NewTopic> newTopics() {
        return List.of(
                topic(
                        topics.dumps(),
                        stripePartitions,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        MAX_DUMP_MESSAGE_BYTES,
                        null),
                topic(
                        topics.pageMetadata(),
                        stripePartitions,
                        COMPACT_DELETE,
                        MAX_STRIPE_MESSAGE_BYTES,
                        metadataRetention),
                topic(
                        topics.pageData(),
                        stripePartitions,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        MAX_STRIPE_MESSAGE_BYTES,
                        dataRetention),
                topic(topics.verdicts(), stripePartitions, COMPACT_DELETE, MAX_STRIPE_MESSAGE_BYTES, metadataRetention),
                topic(topics.exclusionStats(), 1, TopicConfig.CLEANUP_POLICY_COMPACT, MAX_SMALL_MESSAGE_BYTES, null),
                topic(topics.dumpFiles(), 1, TopicConfig.CLEANUP_POLICY_COMPACT, MAX_SMALL_MESSAGE_BYTES, null),
                topic(topics.ruleSets(), 1, TopicConfig.CLEANUP_POLICY_COMPACT, MAX_SMALL_MESSAGE_BYTES, null),
                topic(
                        topics.replays(),
                        stripePartitions,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        MAX_SMALL_MESSAGE_BYTES,
                        metadataRetention),
                topic(topics.alarms(), 1, COMPACT_DELETE, MAX_SMALL_MESSAGE_BYTES, metadataRetention),
                topic(topics.admissions(), 1, COMPACT_DELETE, MAX_SMALL_MESSAGE_BYTES, ADMISSION_RETENTION),
                topic(
                        topics.deadLetters(),
                        1,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        MAX_DEAD_LETTER_BYTES,
                        metadataRetention));
    }

    private NewTopic topic(String name, int partitions, String cleanup, int maxMessageBytes, Duration retention) {
        Map<String, String> configs = new TreeMap<>();
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup);
        configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes));
        configs.put(TopicConfig.COMPRESSION_TYPE_CONFIG, name.equals(topics.pageData()) ? "uncompressed" : "producer");
        if (retention != null) {
            configs.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
            configs.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        }
        if (replicationFactor > 0) {
            configs.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replicationFactor >= 3 ? "2" : "1");
        }
        return new NewTopic(name, partitions, replicationFactor).configs(configs);
    }

    /**
     * Makes the topics that are not there yet; those that are stay as they are.
     *
     * @return names of the topics made
     * @throws IllegalStateException in one line, when the cluster refuses or does not answer in time
     */
    public List<String> createMissing(Admin admin, Duration timeout) {
        List<String> made = new ArrayList<>();
        Map<String, KafkaFuture<Void>> results = admin.createTopics(newTopics()).values();
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Map.Entry<String, KafkaFuture<Void>> result : new TreeMap<>(results).entrySet()) {
            try {
                result.getValue().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                made.add(result.getKey());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw cannotMake(result.getKey(), e.getCause().getMessage(), e);
                }
            } catch (TimeoutException e) {
                throw cannotMake(result.getKey(), "no answer within " + timeout.toSeconds() + " s", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cannotMake(result.getKey(), "interrupted", e);
            }
        }
        return made;
    }

    private static IllegalStateException cannotMake(String topic, String problem, Exception cause) {
        return new IllegalStateException("cannot make topic " + topic + ": " + problem, cause);
    }
}
