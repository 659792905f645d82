// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

/** Work on a replay ends here, without an outcome: the service is being closed, or another instance has the request now. */
final class AbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbandonedException(String why) {
        super(why, null, false, false);
    }
}
