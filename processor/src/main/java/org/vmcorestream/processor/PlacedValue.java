// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * A value on its way out.
 *
 * @param partition partition of the record it comes from. Verdicts go to the same one, whatever their key is: a stripe's
 *     descriptors, pages and verdicts meet by their partition number
 * @param bytes the value
 */
record PlacedValue(int partition, byte[] bytes) {
    /** Takes the bytes. */
    static final Serializer<PlacedValue> SERIALIZER = (topic, value) -> value.bytes();

    /** Takes the partition. */
    static final StreamPartitioner<byte[], PlacedValue> PARTITIONER =
            (topic, key, value, partitions) -> Optional.of(Set.of(value.partition()));
}
