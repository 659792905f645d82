// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What became of one record. Written by a client's thread, read by the capturing thread. */
final class Receipt implements Callback {
    /** Offset of a record that is not acknowledged yet. */
    static final long UNKNOWN = -1;

    private final String topic;
    private final String kind;
    private final int bytes;
    private final SendFailure failure;
    private volatile long offset = UNKNOWN;
    private volatile boolean acknowledged;

    /**
     * @param kind name of the record's schema
     * @param bytes size of its value
     * @param failure told when it cannot be sent
     */
    Receipt(String topic, String kind, int bytes, SendFailure failure) {
        this.topic = topic;
        this.kind = kind;
        this.bytes = bytes;
        this.failure = failure;
    }

    /** Of a record that an earlier capture sent, and that the cluster has. */
    static Receipt known(long offset) {
        Receipt receipt = new Receipt("", "", 0, null);
        receipt.offset = offset;
        receipt.acknowledged = true;
        return receipt;
    }

    @Override
    public void onCompletion(RecordMetadata metadata, Exception exception) {
        failure.answered();
        if (exception != null) {
            failure.report(topic, kind, bytes, exception);
            return;
        }
        failure.arrived(topic, metadata.partition(), metadata.offset(), kind, bytes);
        offset = metadata.offset();
        acknowledged = true;
    }

    /** Whether the cluster has it. */
    boolean acknowledged() {
        return acknowledged;
    }

    /** Its offset, {@link #UNKNOWN} until it is acknowledged. */
    long offset() {
        return offset;
    }
}
