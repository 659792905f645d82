// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.util.List;

/** A file cannot be written because its disk, or what its owner may take of it, is full. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1;

    /** What the system says: ENOSPC and EDQUOT. */
    private static final List<String> REASONS = List.of("No space left on device", "Disk quota exceeded");

    /** Says what could not be written where. */
    public DiskFullException(String message, IOException cause) {
        super(message, cause);
    }

    /** Whether the system says that the disk is full. */
    public static boolean isReason(IOException e) {
        String message = e.getMessage();
        return e instanceof DiskFullException
                || message != null && REASONS.stream().anyMatch(message::contains);
    }
}
