// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

/** A guest cannot be made as asked for. The message is one line that can be shown to a user as it is. */
final class GuestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GuestException(String message) {
        super(message);
    }
}
