// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;

/** There is no room to spool a dump, or its spool file cannot be written. The message is one line that says which. */
public class SpoolException extends IOException {
    /** With one line. */
    public SpoolException(String message) {
        super(message);
    }

    /** With one line, and what it comes from. */
    public SpoolException(String message, Throwable cause) {
        super(message, cause);
    }
}
