// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.apache.kafka.common.KafkaException;

/** The cluster has lost records that it had acknowledged. */
final class LostRecordsException extends KafkaException {
    private static final long serialVersionUID = 1;

    LostRecordsException(String message) {
        super(message);
    }
}
