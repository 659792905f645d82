// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;

class DescriptorCodecTest {
    private static final long FIRST_PFN = 5L << Chunk.SHIFT;

    private final ChunkDescriptors chunk = new ChunkDescriptors();
    private final ChunkDescriptors read = new ChunkDescriptors();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 20, 300, 32_768})
    void shouldRoundTripRandomChunks(int entries) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            fill(random, entries, 1 + random.nextInt(Chunk.PAGES), 1 + random.nextInt(200));
            byte[] bytes = DescriptorCodec.encode(chunk);
            DescriptorCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, chunk.pages(), read);
            assertSame("seed " + seed);
        }
    }

    @Test
    void shouldRoundTripTheWorstChunkWithinTheStatedSize() throws Exception {
        chunk.begin(FIRST_PFN);
        for (int i = 0; i < Chunk.PAGES; i++) {
            chunk.addEntry(i, -i, 0);
        }
        for (int i = 0; i < Chunk.PAGES; i++) {
            chunk.appendRun((i * 12_345 + 1) % Chunk.PAGES, 1);
        }
        byte[] bytes = DescriptorCodec.encode(chunk);
        assertThat(bytes).hasSizeLessThan(589_828);
        DescriptorCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, Chunk.PAGES, read);
        assertSame("worst");
    }

    @Test
    void shouldNeedOneByteForAShortRunOfAFewDescriptors() {
        chunk.begin(FIRST_PFN);
        for (int i = 0; i < 30_000; i += 3) {
            chunk.append(0x10 * (i % 5), -1, 0, 1);
            chunk.append(0x400000, 7, Descriptor.ANON, 2);
        }
        assertThat(DescriptorCodec.encode(chunk)).hasSize(1 + 1 + 6 * 12 + 20_000);
    }

    @Test
    void shouldEncodeExactlyAsDescribed() throws Exception {
        chunk.begin(FIRST_PFN);
        chunk.append(0x01020304, -1, 0, 31);
        chunk.append(0, 0xf0000000, 3 << Descriptor.BUDDY_ORDER_SHIFT, 32);
        chunk.append(0x01020304, -1, 0, 1);
        byte[] expected = {
            1,
            2,
            4,
            3,
            2,
            1,
            -1,
            -1,
            -1,
            -1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            (byte) 0xf0,
            0,
            3,
            0,
            0,
            (byte) 0xdf,
            (byte) 0xc0,
            0,
            0x01
        };
        assertThat(DescriptorCodec.encode(chunk)).isEqualTo(expected);
    }

    @Test
    void shouldReadTheSameEntryTwiceInARow() throws Exception {
        chunk.begin(FIRST_PFN);
        chunk.addEntry(1, 2, 3);
        chunk.addEntry(4, 5, 6);
        chunk.appendRun(1, 40);
        chunk.appendRun(1, 1);
        chunk.appendRun(0, 1);
        chunk.appendRun(0, 1);
        DescriptorCodec.decode(ByteBuffer.wrap(DescriptorCodec.encode(chunk)), FIRST_PFN, 43, read);
        assertSame("repeated entries");
    }

    @Test
    void shouldLeavePositionAndLimitAloneAndReadDirectBuffers() throws Exception {
        fill(new Random(5), 12, 1000, 9);
        byte[] bytes = DescriptorCodec.encode(chunk);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 9);
        direct.put(4, bytes).position(4).limit(4 + bytes.length);
        DescriptorCodec.decode(direct, FIRST_PFN, 1000, read);
        assertThat(direct.position()).isEqualTo(4);
        assertThat(direct.limit()).isEqualTo(4 + bytes.length);
        assertSame("direct");
    }

    @Test
    void shouldRefuseAnotherFormatVersion() {
        refuse(bytes(2, 0), 0, "descriptors, byte 0: format version is 2, expected 1");
    }

    @Test
    void shouldRefuseNothingAtAll() {
        refuse(bytes(), 0, "descriptors, byte 0: ends, expected another byte");
    }

    @Test
    void shouldRefuseMoreEntriesThanPages() {
        refuse(bytes(1, 0x81, 0x80, 0x02), 1, "number of dictionary entries is 32769, expected 0 to 32768");
    }

    @Test
    void shouldRefuseADictionaryLongerThanTheBytes() {
        refuse(
                bytes(1, 0x80, 0x80, 0x02, 0, 0, 0),
                1,
                "32768 dictionary entries in 3 bytes, expected 12 bytes for each");
    }

    @Test
    void shouldRefuseAnEndlessVarint() {
        refuse(bytes(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), 1, "is longer than 9 bytes");
    }

    @Test
    void shouldRefuseUnknownBitsOfAShape() {
        byte[] bytes = oneEntry(0xc1);
        bytes[13] = 0x40;
        refuse(
                bytes,
                1,
                "shape of dictionary entry 0 is 0x40000000, expected no bit outside 0x1f3ffff"
                        .replace("0x1f3ffff", "0x" + Integer.toHexString(Descriptor.SHAPE_MASK)));
    }

    @Test
    void shouldRefuseARunBehindTheDictionary() {
        refuse(oneEntry(0xe1, 1), 1, "run points at dictionary entry 1 of 1");
        refuse(oneEntry(0xc1, 0xc1), 2, "run points at dictionary entry 1 of 1");
    }

    @Test
    void shouldRefuseARecentEntryThatNeverWas() {
        refuse(oneEntry(0x01), 1, "run points at dictionary entry -1 of 1");
    }

    @Test
    void shouldRefuseMorePagesThanTheChunkHas() {
        refuse(oneEntry(0xc0, 0), 31, "run of 32 pages, expected at most the 31 left of 31");
        refuse(oneEntry(0xc0, 0x81, 0x80, 0x02), 31, "length of a run is 32769");
    }

    @Test
    void shouldRefuseFewerPagesThanTheChunkHas() {
        refuse(oneEntry(0xdf), 32, "ends, expected another byte");
    }

    @Test
    void shouldRefuseTrailingBytes() {
        refuse(oneEntry(0xc1, 0), 1, "1 bytes behind the last run, expected none");
    }

    @Test
    void shouldRefuseImpossiblePageCounts() {
        refuse(oneEntry(0xc1), -1, "chunk of -1 pages, expected 0 to 32768");
        refuse(oneEntry(0xc1), 32_769, "chunk of 32769 pages, expected 0 to 32768");
    }

    @Test
    void shouldSurviveDamagedChunks() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            fill(random, 1 + random.nextInt(20), 2_000, 1 + random.nextInt(100));
            byte[] bytes = DescriptorCodec.encode(chunk);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            try {
                DescriptorCodec.decode(ByteBuffer.wrap(cut), FIRST_PFN, 2_000, read);
                assertThat(read.pages()).isEqualTo(2_000);
            } catch (MalformedRecordException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d", seed).startsWith("descriptors, byte ");
            }
        }
        assertThat(refused).isPositive();
    }

    private void refuse(byte[] bytes, int pages, String message) {
        assertThatThrownBy(() -> DescriptorCodec.decode(ByteBuffer.wrap(bytes), FIRST_PFN, pages, read))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }

    private static byte[] oneEntry(int... runs) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        out.writeBytes(bytes(runs));
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private void fill(Random random, int entries, int pages, int longestRun) {
        int[][] words = new int[entries][];
        for (int i = 0; i < entries; i++) {
            words[i] = new int[] {random.nextInt(), random.nextInt(), random.nextInt() & Descriptor.SHAPE_MASK};
        }
        chunk.begin(FIRST_PFN);
        int left = pages;
        while (left > 0) {
            int length = Math.min(left, 1 + random.nextInt(longestRun));
            int[] word = words[random.nextInt(1 + random.nextInt(entries))];
            chunk.append(word[0], word[1], word[2], length);
            left -= length;
        }
    }

    private void assertSame(String as) {
        assertThat(read.firstPfn()).as(as).isEqualTo(chunk.firstPfn());
        assertThat(read.pages()).as(as).isEqualTo(chunk.pages());
        assertThat(read.entries()).as(as).isEqualTo(chunk.entries());
        assertThat(read.runs()).as(as).isEqualTo(chunk.runs());
        for (int entry = 0; entry < chunk.entries(); entry++) {
            if (!read.descriptor(entry).equals(chunk.descriptor(entry))) {
                assertThat(read.descriptor(entry)).as(as).isEqualTo(chunk.descriptor(entry));
            }
        }
        for (int run = 0; run < chunk.runs(); run++) {
            if (read.runEntry(run) != chunk.runEntry(run) || read.runLength(run) != chunk.runLength(run)) {
                assertThat(read.runEntry(run)).as(as + " run " + run).isEqualTo(chunk.runEntry(run));
                assertThat(read.runLength(run)).as(as + " run " + run).isEqualTo(chunk.runLength(run));
            }
        }
    }
}
