// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;

/**
 * A dump file cannot be used, or not all of it. The message is one line that names the file, the offset or page frame, the
 * value found and what was expected, so that it can be shown to a user as it is. One subclass for each condition that a
 * caller may treat in its own way.
 */
public class VmcoreException extends IOException {
    /** With one line as above. */
    public VmcoreException(String message) {
        super(message);
    }

    /** With one line as above, and what it comes from. */
    public VmcoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
