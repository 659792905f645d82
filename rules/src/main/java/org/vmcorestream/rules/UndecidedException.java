// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * A condition that cannot be answered for a page, such as one whose arithmetic overflows. The page is kept and counted. Has
 * no stack trace, for it may be thrown once for every page of a dump.
 */
public final class UndecidedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the reason in one line. */
    public UndecidedException(String message) {
        super(message, null, false, false);
    }
}
