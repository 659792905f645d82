// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of bytes, and of runs between them that cost nothing however long they are: of zeros, or of bytes that were summed before. */
final class SparseCrc {
    private final CRC32C run = new CRC32C();
    private int before;
    private long runLength;
    private long zeros;
    private long length;

    /** Adds all remaining bytes of a buffer, whose position and limit are left alone. */
    void add(ByteBuffer bytes) {
        if (zeros > 0) {
            before = Crc32cCombine.combine(value(), Crc32cCombine.ofZeros(zeros), zeros);
            run.reset();
            runLength = 0;
            zeros = 0;
        }
        run.update(bytes.duplicate());
        runLength += bytes.remaining();
        length += bytes.remaining();
    }

    /** Adds bytes whose CRC-32C is known. */
    void add(int crc, long count) {
        before = Crc32cCombine.combine(crc(), crc, count);
        run.reset();
        runLength = 0;
        zeros = 0;
        length += count;
    }

    /** Adds zeros. */
    void addZeros(long count) {
        zeros += count;
        length += count;
    }

    /** CRC-32C of all that was added up to the last byte that was not added as zeros. */
    private int value() {
        return Crc32cCombine.combine(before, (int) run.getValue(), runLength);
    }

    /** CRC-32C of all that was added. */
    int crc() {
        return zeros == 0 ? value() : Crc32cCombine.combine(value(), Crc32cCombine.ofZeros(zeros), zeros);
    }

    /** Bytes that were added. */
    long length() {
        return length;
    }
}
