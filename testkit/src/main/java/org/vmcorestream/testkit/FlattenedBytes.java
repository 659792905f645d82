// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The flattened format: a header of 4,096 bytes (16 bytes {@code makedumpfile}, s64 type 1, s64 version 1), then records (s64
 * position, s64 size, the bytes), then one of -1 and -1. All numbers are big-endian.
 */
public final class FlattenedBytes {
    private static final int HEADER = 4096;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Begins with a header of this type and version; 1 and 1 are right. */
    public FlattenedBytes(long type, long version) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put("makedumpfile".getBytes(StandardCharsets.US_ASCII));
        header.putLong(16, type).putLong(24, version);
        bytes.writeBytes(header.array());
    }

    /** Adds a record, which says what it likes of its size. */
    public FlattenedBytes record(long position, long size, byte[] contents) {
        bytes.writeBytes(ByteBuffer.allocate(16).putLong(position).putLong(size).array());
        bytes.writeBytes(contents);
        return this;
    }

    /** Adds the last record. */
    public FlattenedBytes end() {
        return record(-1, -1, new byte[0]);
    }

    /** All of it. */
    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /**
     * A file in records of up to {@code most} bytes in any order. Its beginning comes twice, first with something else, as
     * makedumpfile writes the header once more when it is through.
     */
    public static byte[] of(byte[] file, int most, long seed) {
        Random random = new Random(seed);
        List<Integer> starts = new ArrayList<>();
        for (int at = 0; at < file.length; at += most) {
            starts.add(at);
        }
        Collections.shuffle(starts, random);
        FlattenedBytes flattened = new FlattenedBytes(1, 1);
        byte[] noise = new byte[Math.min(2 * most, file.length)];
        random.nextBytes(noise);
        flattened.record(0, noise.length, noise);
        for (int start : starts) {
            int length = Math.min(most, file.length - start);
            byte[] piece = new byte[length];
            System.arraycopy(file, start, piece, 0, length);
            flattened.record(start, length, piece);
        }
        return flattened.end().toByteArray();
    }
}
