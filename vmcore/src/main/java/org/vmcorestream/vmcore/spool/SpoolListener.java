// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

/** Told how far the spooling of a stream or a flattened file is. */
@FunctionalInterface
public interface SpoolListener {
    /** Nobody listens. */
    SpoolListener NONE = (done, total, ended) -> {};

    /**
     * Bytes have come.
     *
     * @param done bytes so far
     * @param total bytes that will come, {@link Spooler#UNKNOWN} where nobody knows
     * @param ended whether they were the last
     */
    void at(long done, long total, boolean ended);
}
