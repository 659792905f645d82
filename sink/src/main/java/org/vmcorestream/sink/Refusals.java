// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Answers of a cluster that will not work with this sink, whatever it asks for. */
final class Refusals {
    private Refusals() {}

    /** Whether an answer is one of them. */
    static boolean isOne(ApiException e) {
        return e instanceof AuthorizationException
                || e instanceof AuthenticationException
                || e instanceof InvalidTopicException
                || e instanceof UnsupportedVersionException;
    }
}
