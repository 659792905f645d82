// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.StreamsException;

/**
 * Tells trouble with the cluster, which passes or must be cured there, from data that cannot be used, which stays so. An
 * exception is judged by what is among its causes.
 */
final class ClusterTrouble {
    private static final int MAX_DEPTH = 16;

    private ClusterTrouble() {}

    /**
     * Whether the cluster did not answer or refused. An exception of no special class does not count: so a client tells of a
     * batch whose checksum does not hold.
     */
    static boolean isIn(Throwable failure) {
        boolean kafka = false;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (isOfData(cause)) {
                return false;
            }
            kafka |= cause instanceof KafkaException && cause.getClass() != KafkaException.class;
            cause = cause.getCause();
        }
        return kafka;
    }

    /** Whether the cluster refuses, or cannot be asked: it is no use to try again before somebody has changed something. */
    static boolean isRefusal(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException
                    || cause instanceof UnsupportedVersionException
                    || cause instanceof ConfigException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /**
     * Whether what made Kafka Streams end is trouble with the cluster, not what was thrown while a record was processed, and no refusal. Streams
     * puts an exception of its own around both.
     */
    static boolean passes(Throwable failure) {
        boolean clusters = false;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            clusters |= cause instanceof KafkaException && cause.getClass() != StreamsException.class;
            cause = cause.getCause();
        }
        return clusters && isIn(failure) && !isRefusal(failure);
    }

    /** What Kafka says of one record or offset, and would say again. */
    private static boolean isOfData(Throwable cause) {
        return cause instanceof InvalidOffsetException
                || cause instanceof SerializationException
                || cause instanceof CorruptRecordException
                || cause instanceof RecordTooLargeException
                || cause instanceof RecordBatchTooLargeException;
    }
}
