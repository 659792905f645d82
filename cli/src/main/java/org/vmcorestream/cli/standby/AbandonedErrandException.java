// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.IOException;

/** A standby took an errand and is gone before its end: some of it may be done. */
public final class AbandonedErrandException extends IOException {
    private static final long serialVersionUID = 1L;

    AbandonedErrandException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
