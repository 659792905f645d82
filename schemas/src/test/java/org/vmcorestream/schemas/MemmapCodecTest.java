// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.MemmapRuns;

class MemmapCodecTest {
    private static final int PAGES = 512;

    private final MemmapRuns memmap = new MemmapRuns();
    private final MemmapRuns read = new MemmapRuns();

    @Test
    void shouldEncodeExactlyAsDescribed() throws Exception {
        memmap.append(0, 0x7f600, 512);
        byte[] one = {1, 0, (byte) 0xff, 3, (byte) 0x80, (byte) 0xec, 0x1f};
        assertThat(MemmapCodec.encode(memmap)).isEqualTo(one);
        memmap.begin();
        memmap.append(8, 300, 1);
        memmap.append(9, 5, 2);
        byte[] two = {1, 8, 0, (byte) 0xac, 2, 0, 1, 5};
        assertThat(MemmapCodec.encode(memmap)).isEqualTo(two);
        MemmapCodec.decode(ByteBuffer.wrap(two), PAGES, read);
        assertThat(text(read)).isEqualTo("8:300*1 9:5*2 ");
    }

    @Test
    void shouldEncodeNothingAsNothing() throws Exception {
        assertThat(MemmapCodec.encode(memmap)).isEmpty();
        read.append(0, 1, 1);
        MemmapCodec.decode(ByteBuffer.allocate(0), PAGES, read);
        assertThat(read.runs()).isZero();
    }

    @Test
    void shouldRoundTripRandomMemoryMaps() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            fill(random);
            byte[] bytes = MemmapCodec.encode(memmap);
            ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 5);
            direct.put(3, bytes).position(3).limit(3 + bytes.length);
            MemmapCodec.decode(direct, PAGES, read);
            assertThat(text(read)).as("seed %d", seed).isEqualTo(text(memmap));
            assertThat(direct.position()).isEqualTo(3);
        }
    }

    @Test
    void shouldStayWithinTheStatedSize() {
        for (int index = 0; index < MemmapRuns.MAX_PAGES; index++) {
            memmap.append(index, (1L << 52) - 1 - 2 * index, 1);
        }
        assertThat(MemmapCodec.encode(memmap)).hasSizeLessThanOrEqualTo(90_113);
    }

    @Test
    void shouldSurviveDamagedMemoryMaps() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 3_000; round++) {
            fill(random);
            memmap.append(PAGES - 1, 1L << 40, 1);
            byte[] bytes = MemmapCodec.encode(memmap);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)) : bytes;
            try {
                MemmapCodec.decode(ByteBuffer.wrap(cut), PAGES, read);
                int last = read.runs() - 1;
                assertThat(last < 0 || read.index(last) + read.length(last) <= PAGES)
                        .isTrue();
            } catch (MalformedRecordException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d", seed).startsWith("memmap, byte ");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void shouldRefuseAnotherFormatVersion() {
        refuse("memmap, byte 0: format version is 2, expected 1", 2, 0, 0, 1);
    }

    @Test
    void shouldRefuseMorePagesThanTheMemoryMapHas() {
        refuse("length of a run less one is 512, expected 0 to 511", 1, 0, 0x80, 4, 1);
        refuse("pages left out is 512, expected 0 to 511", 1, 0x80, 4, 0, 1);
        refuse("4 bytes behind the last of 512 pages, expected none", 1, 0, 0xff, 3, 1, 0, 0, 0, 0);
    }

    @Test
    void shouldRefuseAPageFrameThatCannotBe() {
        refuse(
                "page frame is 4503599627370496, expected 0 to 4503599627370495",
                1,
                0,
                0,
                0x80,
                0x80,
                0x80,
                0x80,
                0x80,
                0x80,
                0x80,
                8);
        refuse("page frame is longer than 9 bytes", 1, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1);
    }

    @Test
    void shouldRefuseAPageFrameNamedTwice() {
        refuse("page frame 9 is named twice, expected every one once", 1, 0, 9, 0, 0, 0, 9);
        refuse("page frame 9 is named twice, expected every one once", 1, 0, 0, 9, 0, 0, 9);
        refuse("page frame 5 is named twice, expected every one once", 1, 0, 0, 9, 0, 0, 5, 0, 1, 4);
    }

    @Test
    void shouldRefuseARunThatEndsWithinItself() {
        refuse("ends within length of a run", 1, 0);
        refuse("ends within page frame", 1, 0, 0);
        refuse("ends within page frame", 1, 0, 0, 0x80);
    }

    @Test
    void shouldRefuseAnImpossibleMemoryMap() {
        assertThatThrownBy(() -> MemmapCodec.decode(ByteBuffer.wrap(new byte[] {1}), 8_193, read))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("memory map of 8193 pages, expected 0 to 8192");
    }

    private void refuse(String message, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        assertThatThrownBy(() -> MemmapCodec.decode(ByteBuffer.wrap(bytes), PAGES, read))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }

    /** Runs in random places, the last page of the memory map never among them. */
    private void fill(Random random) {
        memmap.begin();
        long frame = 1L << random.nextInt(39);
        for (int index = random.nextInt(3); index < PAGES - 1; ) {
            int length = Math.min(PAGES - 1 - index, 1 + random.nextInt(200));
            memmap.append(index, frame, length);
            frame += length + random.nextInt(3);
            index += length + random.nextInt(3);
        }
    }

    private static String text(MemmapRuns runs) {
        StringBuilder text = new StringBuilder();
        for (int run = 0; run < runs.runs(); run++) {
            text.append(runs.index(run))
                    .append(':')
                    .append(runs.frame(run))
                    .append('*')
                    .append(runs.length(run))
                    .append(' ');
        }
        return text.toString();
    }
}
