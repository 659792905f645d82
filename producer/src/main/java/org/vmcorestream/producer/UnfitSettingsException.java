// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

/** Settings that are sound and do not fit the vmcore; the message is one line. Nothing was sent. */
public final class UnfitSettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnfitSettingsException(String message) {
        super(message);
    }
}
