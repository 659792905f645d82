// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Contents of some page frames.
 *
 * @param first first page frame
 * @param end page frame behind the last one
 * @param kind how to make them
 * @param value seed of RANDOM, value of BYTE
 */
record FillLine(long first, long end, Kind kind, long value) {
    /** Ways to make the contents of a page. */
    enum Kind {
        /** 16 characters that name the page frame, over and over: unlike any other page, compresses well. */
        PATTERN,
        /** Zero bytes. */
        ZERO,
        /** Noise that does not compress, from a seed. */
        RANDOM,
        /** One byte value throughout. */
        BYTE,
        /** Zero bytes but for the last one: no zero page. */
        LASTBYTE
    }

    /** The page's bytes. */
    byte[] contents(long pfn, int pageSize) {
        return PageFill.of(kind, pfn, value, pageSize);
    }
}
