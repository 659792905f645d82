// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VarintReaderTest {
    @Test
    void shouldReadEveryLengthFarFromTheEndAndNearIt() throws Exception {
        VarintWriter out = new VarintWriter();
        for (int bits = 0; bits < 63; bits++) {
            for (long value :
                    new long[] {(1L << bits) - 1, 1L << bits, (1L << bits) + 1, 0x5555_5555_5555_5555L >>> bits}) {
                out.begin().writeVarint(value);
                byte[] near = out.toBytes();
                byte[] far = Arrays.copyOf(near, near.length + 20);
                assertThat(read(near)).isEqualTo(value);
                assertThat(read(far)).isEqualTo(value);
            }
        }
    }

    private static long read(byte[] bytes) throws MalformedRecordException {
        return new VarintReader("field", ByteBuffer.wrap(bytes)).readVarlong("value", Long.MAX_VALUE);
    }

    @Test
    void shouldReadWhatIsLongerThanNeeded() throws Exception {
        byte[] bytes = new byte[30];
        bytes[0] = (byte) 0x85;
        bytes[1] = (byte) 0x80;
        assertThat(read(bytes)).isEqualTo(5);
        assertThat(read(Arrays.copyOf(bytes, 3))).isEqualTo(5);
    }

    @Test
    void shouldGoOnBehindAVarint() throws Exception {
        byte[] bytes = new byte[30];
        bytes[0] = (byte) 0xff;
        bytes[1] = 3;
        bytes[2] = 42;
        VarintReader in = new VarintReader("field", ByteBuffer.wrap(bytes));
        assertThat(in.readVarint("first", 511)).isEqualTo(511);
        assertThat(in.readByte()).isEqualTo(42);
        assertThat(in.remaining()).isEqualTo(27);
    }

    @Test
    void shouldRefuseALargeValueAtItsOwnOffsetFarFromTheEndAndNearIt() {
        for (int more : new int[] {0, 20}) {
            byte[] bytes = Arrays.copyOf(new byte[] {7, (byte) 0x80, 4}, 3 + more);
            VarintReader in = new VarintReader("field", ByteBuffer.wrap(bytes));
            assertThatThrownBy(() -> {
                        in.readByte();
                        in.readVarlong("size of page", 3, 511);
                    })
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessage("field, byte 1: size of page 3 is 512, expected 0 to 511");
        }
    }

    @Test
    void shouldRefuseAVarintOfTenBytesAndOneWithoutEnd() {
        byte[] bytes = new byte[20];
        Arrays.fill(bytes, (byte) 0xff);
        assertThatThrownBy(() -> read(bytes)).hasMessage("field, byte 0: value is longer than 9 bytes");
        assertThatThrownBy(() -> read(Arrays.copyOf(bytes, 8))).hasMessage("field, byte 8: ends within value");
    }
}
