// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Records that could not be processed: key, value and headers as received, and four headers more, all text: {@code problem}
 * (one line), {@code topic}, {@code partition} and {@code offset}.
 */
final class DeadLetters {
    /** Header with what is wrong. */
    static final String PROBLEM = "problem";

    /** Header with the topic that the record was read from. */
    static final String TOPIC = "topic";

    /** Header with the partition that the record was read from. */
    static final String PARTITION = "partition";

    /** Header with the offset that the record was read from. */
    static final String OFFSET = "offset";

    /** Header with the length of a value that was cut, in bytes. */
    static final String CUT = "cut";

    /** Longest value that is passed on; one that is longer is cut. The topic takes 8 MiB a message. */
    static final int MAX_VALUE_BYTES = 6 << 20;

    /** Most bytes of headers that are passed on; where there are more, none are. */
    private static final int MAX_HEADER_BYTES = 64 << 10;

    private DeadLetters() {}

    /** A dead letter of a record. */
    static Record<byte[], PlacedValue> of(
            Record<byte[], byte[]> received, String problem, String topic, int partition, long offset, long timestamp) {
        Headers headers = new RecordHeaders();
        if (size(received.headers()) <= MAX_HEADER_BYTES) {
            received.headers().forEach(headers::add);
        }
        set(headers, PROBLEM, OneLine.of(problem));
        set(headers, TOPIC, topic);
        set(headers, PARTITION, Integer.toString(partition));
        set(headers, OFFSET, Long.toString(offset));
        byte[] value = received.value();
        if (value.length > MAX_VALUE_BYTES) {
            set(headers, CUT, Integer.toString(value.length));
            value = Arrays.copyOf(value, MAX_VALUE_BYTES);
        }
        return new Record<>(received.key(), new PlacedValue(partition, value), timestamp, headers);
    }

    private static long size(Headers headers) {
        long size = 0;
        for (Header header : headers) {
            size += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    private static void set(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
