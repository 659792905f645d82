// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.IOException;

/** The embedded broker cannot start, or stopped by itself. The message is one line. */
public class BrokerException extends IOException {
    private static final long serialVersionUID = 1;

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
