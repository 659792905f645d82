// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.apache.kafka.common.KafkaException;

/**
 * The cluster cannot take a capture: it is not there, a topic is missing, a record was refused. The message is one line
 * that can be shown to a user as it is.
 */
public final class CaptureException extends KafkaException {
    private static final long serialVersionUID = 1;

    public CaptureException(String message) {
        super(message);
    }

    public CaptureException(String message, Throwable cause) {
        super(message, cause);
    }
}
