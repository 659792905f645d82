// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/** What the topics hold cannot be had: in one line, with topic, partition and offset where there is one. */
public class ArchiveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the reason in one line. */
    public ArchiveException(String message) {
        super(message);
    }

    /** With the reason in one line, and what caused it. */
    public ArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
