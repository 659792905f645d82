// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/** The cluster does not answer, or refuses: nothing is known of what was asked for, and other questions will fare no better. */
public final class ClusterException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    /** With the reason in one line, and what caused it: an exception of a Kafka client, mostly. */
    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
