// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Encoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding into an array of exactly the size it takes. A record is written twice: the first time only its
 * size is counted, the second time into the array. That is cheaper than growing a buffer, for a megabyte of page contents
 * is then copied once.
 */
final class ExactEncoder extends Encoder {
    /** Longest varint. */
    private static final int MAX_BYTES = 10;

    private final byte[] number = new byte[MAX_BYTES];
    private long size;
    private ByteBuffer out;

    /** Begins to count. */
    void count() {
        size = 0;
        out = null;
    }

    /** Bytes counted. */
    long size() {
        return size;
    }

    /** Begins to write. */
    void writeTo(ByteBuffer buffer) {
        out = buffer;
    }

    /** Ends writing and lets go of the buffer. */
    void end() {
        out = null;
    }

    private void put(byte[] bytes, int start, int length) {
        if (out == null) {
            size += length;
        } else {
            out.put(bytes, start, length);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void writeNull() {}

    @Override
    public void writeBoolean(boolean b) {
        number[0] = (byte) (b ? 1 : 0);
        put(number, 0, 1);
    }

    @Override
    public void writeInt(int n) {
        writeLong(n);
    }

    @Override
    public void writeLong(long n) {
        long rest = n << 1 ^ n >> 63;
        int length = 0;
        while ((rest & ~0x7fL) != 0) {
            number[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        number[length++] = (byte) rest;
        put(number, 0, length);
    }

    @Override
    public void writeFloat(float f) {
        ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).putFloat(f);
        put(number, 0, Float.BYTES);
    }

    @Override
    public void writeDouble(double d) {
        ByteBuffer.wrap(number).order(ByteOrder.LITTLE_ENDIAN).putDouble(d);
        put(number, 0, Double.BYTES);
    }

    @Override
    public void writeString(Utf8 utf8) {
        writeBytes(utf8.getBytes(), 0, utf8.getByteLength());
    }

    @Override
    public void writeString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeBytes(bytes, 0, bytes.length);
    }

    @Override
    public void writeBytes(ByteBuffer bytes) {
        writeLong(bytes.remaining());
        writeFixed(bytes);
    }

    @Override
    public void writeBytes(byte[] bytes, int start, int length) {
        writeLong(length);
        put(bytes, start, length);
    }

    @Override
    public void writeFixed(byte[] bytes, int start, int length) {
        put(bytes, start, length);
    }

    @Override
    public void writeFixed(ByteBuffer bytes) {
        if (out == null) {
            size += bytes.remaining();
        } else {
            out.put(bytes.duplicate());
        }
    }

    @Override
    public void writeEnum(int e) {
        writeLong(e);
    }

    @Override
    public void writeArrayStart() {}

    @Override
    public void setItemCount(long itemCount) {
        if (itemCount > 0) {
            writeLong(itemCount);
        }
    }

    @Override
    public void startItem() {}

    @Override
    public void writeArrayEnd() {
        writeLong(0);
    }

    @Override
    public void writeMapStart() {}

    @Override
    public void writeMapEnd() {
        writeLong(0);
    }

    @Override
    public void writeIndex(int unionIndex) {
        writeLong(unionIndex);
    }
}
