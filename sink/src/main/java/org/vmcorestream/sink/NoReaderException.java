// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.apache.kafka.common.errors.TimeoutException;

/** As many readers are open as may be. The call can be made again. */
final class NoReaderException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    NoReaderException() {
        super("too many readers are open");
    }
}
