// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Which failures of the cluster stay as they are however often a capture tries again. All others may be over when new clients ask: a
 * producer that was fenced, a sequence that was lost, a record that took too long, a client that closed itself, a broker that failed.
 */
final class FinalFailure {
    /** What a cluster says to a record, a topic or a user that it does not take, now or later. */
    private static final List<Class<? extends Throwable>> FINAL = List.of(
            AuthenticationException.class,
            AuthorizationException.class,
            ConfigException.class,
            InvalidConfigurationException.class,
            InvalidRecordException.class,
            InvalidTimestampException.class,
            InvalidTopicException.class,
            PolicyViolationException.class,
            RecordTooLargeException.class,
            SerializationException.class,
            UnknownTopicOrPartitionException.class,
            UnsupportedCompressionTypeException.class,
            UnsupportedVersionException.class);

    private static final int MOST_CAUSES = 16;

    private FinalFailure() {}

    /** Whether a failure is one. One that no client reported, but this producer, is. */
    static boolean is(CaptureException failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            return true;
        }
        for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
            if (isFinal(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isFinal(Throwable cause) {
        return FINAL.stream().anyMatch(type -> type.isInstance(cause));
    }
}
