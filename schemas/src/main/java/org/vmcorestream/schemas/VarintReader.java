// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads what {@link VarintWriter} wrote, from bytes that nobody vouches for: every read is checked against the end, every
 * value against what it may be. Offsets in messages count from the beginning of the encoding.
 */
final class VarintReader {
    /** Longest varint: 63 bits. */
    static final int MAX_BYTES = 9;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final String what;
    private final byte[] bytes;
    private final int start;
    private final int limit;
    private int at;

    /**
     * @param what field that is read, for messages
     * @param buffer its position and limit bound what is read and are left alone; copied when it has no array
     */
    VarintReader(String what, ByteBuffer buffer) {
        this.what = what;
        if (buffer.hasArray()) {
            bytes = buffer.array();
            start = buffer.arrayOffset() + buffer.position();
        } else {
            bytes = new byte[buffer.remaining()];
            start = 0;
            buffer.get(buffer.position(), bytes);
        }
        limit = start + buffer.remaining();
        at = start;
    }

    /** Bytes not yet read. */
    int remaining() {
        return limit - at;
    }

    /** Reads one byte, 0 to 255. */
    int readByte() throws MalformedRecordException {
        if (at == limit) {
            throw malformed("ends, expected another byte");
        }
        return bytes[at++] & 0xff;
    }

    /** Reads four bytes, little-endian. */
    int readInt() throws MalformedRecordException {
        if (limit - at < Integer.BYTES) {
            throw malformed("ends with " + remaining() + " bytes, expected " + Integer.BYTES);
        }
        int value = (int) INT.get(bytes, at);
        at += Integer.BYTES;
        return value;
    }

    /** Reads a varint of 0 to {@code max}. */
    int readVarint(String name, int max) throws MalformedRecordException {
        return (int) readVarlong(name, max);
    }

    /** Reads a varint of 0 to {@code max}. */
    long readVarlong(String name, long max) throws MalformedRecordException {
        int first = at;
        long value = 0;
        for (int shift = 0; shift < 7 * MAX_BYTES; shift += 7) {
            if (at == limit) {
                throw malformed("ends within " + name);
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                if (value > max) {
                    at = first;
                    throw malformed(name + " is " + value + ", expected 0 to " + max);
                }
                return value;
            }
        }
        at = first;
        throw malformed(name + " is longer than " + MAX_BYTES + " bytes");
    }

    /** Reads the format version that an encoding begins with. */
    void readVersion(int expected) throws MalformedRecordException {
        int version = readByte();
        if (version != expected) {
            at = start;
            throw malformed("format version is " + version + ", expected " + expected);
        }
    }

    /** What is wrong, with the name of the field and the offset reached. */
    MalformedRecordException malformed(String problem) {
        return new MalformedRecordException(what + ", byte " + (at - start) + ": " + problem);
    }
}
