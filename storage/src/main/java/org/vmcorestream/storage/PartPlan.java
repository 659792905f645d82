// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;

/**
 * How a file is divided into parts of a multipart upload: all of one size but the last, since some stores want that. S3 allows 10,000
 * parts, so that what a file can have at most decides how large they are.
 *
 * @param partBytes size of each part but the last
 */
record PartPlan(int partBytes) {
    /** Most parts of an upload. */
    static final int MAX_PARTS = 10_000;

    /** Largest part that is held in memory. */
    private static final long MAX_PART = 1L << 30;

    private static final long STEP = 1L << 20;

    /**
     * A plan for a file.
     *
     * @param name of the file, for messages
     * @param most bytes that it can have
     * @param least size of a part
     * @throws IOException when no part that fits into memory is large enough
     */
    static PartPlan of(String name, long most, int least) throws IOException {
        long needed = (most + MAX_PARTS - 1) / MAX_PARTS;
        long bytes = Math.max(least, (needed + STEP - 1) / STEP * STEP);
        if (most < 0 || bytes > MAX_PART) {
            throw new IOException(name + ": can have " + Long.toUnsignedString(most) + " bytes, expected at most "
                    + MAX_PART * MAX_PARTS);
        }
        return new PartPlan((int) bytes);
    }

    /** Number of the part, from 0, that has the byte at a position. */
    int part(long position) {
        return Math.toIntExact(position / partBytes);
    }

    /** Where a part begins. */
    long start(int part) {
        return (long) part * partBytes;
    }

    /** Bytes of a part of a file of so many bytes. */
    int length(int part, long size) {
        return (int) Math.min(partBytes, size - start(part));
    }

    /** Parts of a file of so many bytes, 1 at least. */
    int parts(long size) {
        return size == 0 ? 1 : part(size - 1) + 1;
    }
}
