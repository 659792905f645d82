// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

/** A record that cannot be what it claims to be. The message says which field, its value and what was expected. */
public class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedRecordException(String message) {
        super(message);
    }

    public MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
