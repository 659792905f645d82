// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding out of a buffer that nobody vouches for. Differs from Avro's own decoder in two things: byte
 * fields are slices of the buffer, not copies, and every length and count is checked against the bytes that are left before
 * anything is allocated for it (an item of an array takes at least one byte: no schema here has an empty one).
 */
final class SliceDecoder extends Decoder {
    private ByteBuffer in = ByteBuffer.allocate(0);

    /** Begins to read what lies between position and limit; moves the position of {@code buffer}. */
    void configure(ByteBuffer buffer) {
        in = buffer;
    }

    /** Bytes not yet read. */
    int remaining() {
        return in.remaining();
    }

    /** Offset reached in the buffer. */
    int position() {
        return in.position();
    }

    private int checkLength(long length) {
        if (length < 0 || length > in.remaining()) {
            throw new AvroRuntimeException(
                    "length is " + length + ", expected 0 to the " + in.remaining() + " bytes left");
        }
        return (int) length;
    }

    private long readCount() {
        long count = readLong();
        if (count < 0) {
            checkLength(readLong());
            count = -count;
        }
        if (count < 0 || count > in.remaining()) {
            throw new AvroRuntimeException("array of " + count + " items, expected at most one for each of the "
                    + in.remaining() + " bytes left");
        }
        return count;
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() {
        byte value = in.get();
        if (value != 0 && value != 1) {
            throw new AvroRuntimeException("boolean is " + value + ", expected 0 or 1");
        }
        return value == 1;
    }

    @Override
    public int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw new AvroRuntimeException("int is " + value + ", expected 32 bits");
        }
        return (int) value;
    }

    @Override
    public long readLong() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new AvroRuntimeException("number is longer than 10 bytes");
    }

    @Override
    public float readFloat() {
        return Float.intBitsToFloat(littleEndian(Integer.BYTES).getInt());
    }

    @Override
    public double readDouble() {
        return Double.longBitsToDouble(littleEndian(Long.BYTES).getLong());
    }

    private ByteBuffer littleEndian(int length) {
        return slice(checkLength(length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Utf8 readString(Utf8 old) {
        return new Utf8(readString());
    }

    @Override
    public String readString() {
        return StandardCharsets.UTF_8.decode(slice(checkLength(readLong()))).toString();
    }

    @Override
    public void skipString() {
        skipBytes();
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) {
        return slice(checkLength(readLong()));
    }

    private ByteBuffer slice(int length) {
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return slice;
    }

    @Override
    public void skipBytes() {
        slice(checkLength(readLong()));
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) {
        in.get(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) {
        slice(checkLength(length));
    }

    @Override
    public int readEnum() {
        return readInt();
    }

    @Override
    public long readArrayStart() {
        return readCount();
    }

    @Override
    public long arrayNext() {
        return readCount();
    }

    @Override
    public long skipArray() throws IOException {
        return skipBlocks();
    }

    @Override
    public long readMapStart() {
        return readCount();
    }

    @Override
    public long mapNext() {
        return readCount();
    }

    @Override
    public long skipMap() throws IOException {
        return skipBlocks();
    }

    /** Skips blocks that say how long they are; returns the item count of the first that does not. */
    private long skipBlocks() {
        long count = readLong();
        while (count < 0) {
            slice(checkLength(readLong()));
            count = readLong();
        }
        if (count > in.remaining()) {
            throw new AvroRuntimeException("array of " + count + " items in " + in.remaining() + " bytes");
        }
        return count;
    }

    @Override
    public int readIndex() {
        return readInt();
    }

    @Override
    public int remainingBytes() {
        return in.remaining();
    }
}
