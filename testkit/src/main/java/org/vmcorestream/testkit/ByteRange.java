// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Physical memory from one byte address to another.
 *
 * @param start first byte
 * @param end byte behind the last one
 */
public record ByteRange(long start, long end) {
    /** Number of bytes. */
    public long length() {
        return end - start;
    }

    /** Whether all bytes of {@code [from, to)} are inside. */
    public boolean contains(long from, long to) {
        return from >= start && to <= end;
    }

    /** Whether any byte of {@code [from, to)} is inside. */
    public boolean touches(long from, long to) {
        return from < end && to > start;
    }
}
