// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.schemas.RecordHeaders;

/**
 * A record as it was read.
 *
 * @param topic where it was read
 * @param partition partition of the topic
 * @param offset its offset there
 * @param timestamp milliseconds since 1970-01-01 UTC
 * @param key its key, null when it has none
 * @param value its value, null for a tombstone; may be a slice of a fetched batch, so that it is not to be kept for long
 * @param headers its headers
 */
record LogRecord(
        String topic, int partition, long offset, long timestamp, ByteBuffer key, ByteBuffer value, Headers headers) {
    /** The dump it says it belongs to: its header, else its key up to the first slash. Empty when it does not say. */
    String dumpId() {
        Header header = headers.lastHeader(RecordHeaders.DUMP);
        if (header != null && header.value() != null) {
            return new String(header.value(), StandardCharsets.UTF_8);
        }
        String text = keyText();
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    /** The key as text, empty when there is none. */
    String keyText() {
        return key == null ? "" : StandardCharsets.UTF_8.decode(key.duplicate()).toString();
    }

    /** Where it was read, as messages name it. */
    String place() {
        return topic + "-" + partition + " offset " + offset;
    }
}
