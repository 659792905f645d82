// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growing array of bytes for the encodings of this package. Varints are unsigned LEB128: seven bits a byte, the low ones
 * first, bit 7 set on all but the last byte. Made to be reused; belongs to one thread.
 */
final class VarintWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[4096];
    private int size;

    /** Forgets what was written. */
    VarintWriter begin() {
        size = 0;
        return this;
    }

    /** Writes the low eight bits of {@code value}. */
    void writeByte(int value) {
        if (size == bytes.length) {
            reserve(1);
        }
        bytes[size++] = (byte) value;
    }

    /** Writes four bytes, little-endian. */
    void writeInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    /** Writes a value of 0 or more as a varint. */
    void writeVarint(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("varint of " + value + ", expected 0 or more");
        }
        reserve(VarintReader.MAX_BYTES);
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** What was written, in an array of exactly its size. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
    }
}
