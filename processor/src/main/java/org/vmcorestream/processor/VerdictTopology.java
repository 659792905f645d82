// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;
import org.vmcorestream.schemas.Topics;

/**
 * The way of a record through the application:
 *
 * <pre>
 *                                      ┌─► verdicts          same partition
 *  page-metadata ─► StripeProcessor ───┼─► exclusion-stats   by key
 *                     │ stripes        └─► dead-letters      by key
 *                     └─ in memory, with a changelog topic
 * </pre>
 */
final class VerdictTopology {
    private VerdictTopology() {}

    /** Names of the nodes and of the store; the store's name is part of that of its changelog topic. */
    record Names(
            String source,
            String processor,
            String verdicts,
            String exclusionStats,
            String deadLetters,
            String store) {}

    /** The names in use. */
    static final Names NAMES =
            new Names("page-metadata", "stripe-processor", "verdicts", "exclusion-stats", "dead-letters", "stripes");

    /**
     * Builds it.
     *
     * @param incarnation ids of the topics, as they are when it begins
     */
    static Topology build(Topics topics, RuleSetCatalog catalog, Duration expiry, Supplier<String> incarnation) {
        Topology topology = new Topology();
        topology.addSource(
                AutoOffsetReset.earliest(),
                NAMES.source(),
                (received, partitionTime) ->
                        received.timestamp() >= 0 ? received.timestamp() : Math.max(0, partitionTime),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topics.pageMetadata());
        topology.addProcessor(
                NAMES.processor(), () -> new StripeProcessor(NAMES, catalog, expiry, incarnation), NAMES.source());
        topology.addStateStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(NAMES.store()), Serdes.String(), Serdes.ByteArray())
                        .withCachingDisabled()
                        .withLoggingEnabled(Map.of()),
                NAMES.processor());
        topology.addSink(
                NAMES.verdicts(),
                topics.verdicts(),
                new ByteArraySerializer(),
                PlacedValue.SERIALIZER,
                PlacedValue.PARTITIONER,
                NAMES.processor());
        topology.addSink(
                NAMES.exclusionStats(),
                topics.exclusionStats(),
                new ByteArraySerializer(),
                PlacedValue.SERIALIZER,
                NAMES.processor());
        topology.addSink(
                NAMES.deadLetters(),
                topics.deadLetters(),
                new ByteArraySerializer(),
                PlacedValue.SERIALIZER,
                NAMES.processor());
        return topology;
    }
}
