// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Reads what {@link VarintWriter} wrote, from bytes that nobody vouches for: every read is checked against the end, every
 * value against what it may be. Offsets in messages count from the beginning of the encoding.
 */
final class VarintReader {
    /** Longest varint: 63 bits. */
    static final int MAX_BYTES = 9;

    /** What is read has a name and no number. */
    static final int NO_NUMBER = -1;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** The bit of each byte that is 0 in the last one of a varint. */
    private static final long LAST_BYTES = 0x8080_8080_8080_8080L;

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

    /** Reads words of four bytes, little-endian; they are a view, and what was read stays as long as the bytes do. */
    IntBuffer readInts(int count) throws MalformedRecordException {
        int length = count * Integer.BYTES;
        if (limit - at < length) {
            throw malformed("ends with " + remaining() + " bytes, expected " + length);
        }
        IntBuffer words = ByteBuffer.wrap(bytes, at, length)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        at += length;
        return words;
    }

    /** Goes on or, with a number below 0, back; for messages. */
    void skip(int count) {
        at += count;
    }

    /** Reads a varint of 0 to {@code max}. */
    int readVarint(String name, int max) throws MalformedRecordException {
        return (int) readVarlong(name, max);
    }

    /** Reads a varint of 0 to {@code max}. */
    long readVarlong(String name, long max) throws MalformedRecordException {
        return readVarlong(name, NO_NUMBER, max);
    }

    /**
     * Reads a varint of 0 to {@code max}.
     *
     * @param number follows the name in messages; {@link #NO_NUMBER} for none
     */
    long readVarlong(String name, int number, long max) throws MalformedRecordException {
        if (limit - at < Long.BYTES) {
            return readBytewise(name, number, max);
        }
        long word = (long) LONG.get(bytes, at);
        long ends = ~word & LAST_BYTES;
        if (ends == 0) {
            return readBytewise(name, number, max);
        }
        long value = joined(word & (ends ^ ends - 1));
        if (value > max) {
            throw tooLarge(name, number, value, max);
        }
        at += Long.numberOfTrailingZeros(ends) / Byte.SIZE + 1;
        return value;
    }

    /** Joins seven bits of each byte, the low ones first, without asking how many bytes there are. */
    private static long joined(long word) {
        long sevens = word & 0x7f7f_7f7f_7f7f_7f7fL;
        long pairs = sevens & 0x007f_007f_007f_007fL | (sevens & 0x7f00_7f00_7f00_7f00L) >>> 1;
        long fours = pairs & 0x0000_3fff_0000_3fffL | (pairs & 0x3fff_0000_3fff_0000L) >>> 2;
        return fours & 0x0fff_ffffL | (fours >>> Integer.SIZE) << 28;
    }

    /** The same where the end is near, or the varint longer than a word. */
    private long readBytewise(String name, int number, long max) throws MalformedRecordException {
        int first = at;
        long value = 0;
        for (int shift = 0; shift < 7 * MAX_BYTES; shift += 7) {
            if (at == limit) {
                throw malformed("ends within " + label(name, number));
            }
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                if (value > max) {
                    at = first;
                    throw tooLarge(name, number, value, max);
                }
                return value;
            }
        }
        at = first;
        throw malformed(label(name, number) + " is longer than " + MAX_BYTES + " bytes");
    }

    private MalformedRecordException tooLarge(String name, int number, long value, long max) {
        return malformed(label(name, number) + " is " + value + ", expected 0 to " + max);
    }

    private static String label(String name, int number) {
        return number == NO_NUMBER ? name : name + " " + number;
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
