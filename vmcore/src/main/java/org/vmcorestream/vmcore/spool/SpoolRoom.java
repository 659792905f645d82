// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.nio.file.Path;

/**
 * Where dumps are spooled, and how much of one.
 *
 * @param folder an existing folder, on a disk with room for the dump
 * @param limit most bytes that are taken of a dump; {@link #NO_LIMIT} for what the disk has room for. Whatever it says, the disk
 *     keeps {@link SpoolFile#RESERVE} bytes
 */
public record SpoolRoom(Path folder, long limit) {
    /** Only the disk bounds a dump. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    /** Checks the limit. */
    public SpoolRoom {
        if (limit < 1) {
            throw new IllegalArgumentException("spool limit of " + limit + " bytes, expected at least 1");
        }
    }
}
