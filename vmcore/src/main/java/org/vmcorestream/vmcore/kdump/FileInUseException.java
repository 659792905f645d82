// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;

/** Somebody else writes the same file at this moment; it can be tried again. */
public class FileInUseException extends IOException {
    private static final long serialVersionUID = 1;

    FileInUseException(String message) {
        super(message);
    }
}
