// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.vmcorestream.vmcore.file.DumpTarget;

/** A file in memory, which no byte may be written to twice. */
final class MemoryTarget implements DumpTarget {
    private final BitSet written = new BitSet();
    private byte[] bytes = new byte[0];
    private int size;
    private boolean committed;

    @Override
    public void write(ByteBuffer from, long position) {
        assertThat(committed).isFalse();
        int at = Math.toIntExact(position);
        int end = at + from.remaining();
        int again = written.nextSetBit(at);
        assertThat(again < 0 || again >= end)
                .as("%d to %d is written once", at, end)
                .isTrue();
        written.set(at, end);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        size = Math.max(size, end);
        from.get(bytes, at, end - at);
    }

    @Override
    public void commit() {
        committed = true;
    }

    @Override
    public void close() {
        // what was not committed is never asked for
    }

    byte[] bytes() {
        assertThat(committed).isTrue();
        return Arrays.copyOf(bytes, size);
    }

    /** The file of a flattened stream, read by the description of its format. */
    static byte[] rearranged(byte[] stream) {
        ByteBuffer in = ByteBuffer.wrap(stream);
        byte[] signature = new byte[16];
        in.get(signature);
        assertThat(signature).startsWith("makedumpfile\0".getBytes(StandardCharsets.US_ASCII));
        assertThat(in.getLong()).isEqualTo(1);
        assertThat(in.getLong()).isEqualTo(1);
        in.position(4096);
        byte[] file = new byte[0];
        int size = 0;
        while (true) {
            long offset = in.getLong();
            long length = in.getLong();
            if (offset == -1) {
                assertThat(length).isEqualTo(-1);
                assertThat(in.hasRemaining()).isFalse();
                return Arrays.copyOf(file, size);
            }
            assertThat(length).isBetween(1L, 1L << 20);
            int end = Math.toIntExact(offset + length);
            if (end > file.length) {
                file = Arrays.copyOf(file, Math.max(end, 2 * file.length));
            }
            size = Math.max(size, end);
            in.get(file, (int) offset, (int) length);
        }
    }
}
