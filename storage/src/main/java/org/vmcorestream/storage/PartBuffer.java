// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** One part while it fills. What nobody writes is zeros. */
final class PartBuffer {
    private final int part;
    private final byte[] bytes;
    private int filled;

    /** An empty part; {@code bytes} may hold anything. */
    PartBuffer(int part, byte[] bytes) {
        this.part = part;
        this.bytes = bytes;
        Arrays.fill(bytes, (byte) 0);
    }

    /** Takes bytes, as many as there are or fit. */
    void put(ByteBuffer from, int at) {
        int length = Math.min(from.remaining(), bytes.length - at);
        from.get(bytes, at, length);
        filled += length;
    }

    /** Number of the part, from 0. */
    int part() {
        return part;
    }

    /** Whether every byte was written: each is written once at most. */
    boolean full() {
        return filled == bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** CRC-32C of the first bytes. */
    int crc(int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
