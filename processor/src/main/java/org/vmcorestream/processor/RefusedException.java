// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/** A record that cannot be processed. Its message is the problem that goes to the dead letters, in one line. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String problem) {
        super(problem);
    }

    RefusedException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
