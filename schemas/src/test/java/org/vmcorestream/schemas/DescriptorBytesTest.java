// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;

/** The bytes of random chunks against the format written down once more, with a list of recent entries and nothing clever. */
class DescriptorBytesTest {
    private static final int RECENT = 7;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6, 7, 8, 9, 12, 100, 5_000})
    void shouldWriteTheSameBytesAsTheFormatWrittenDownOnceMore(int entries) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ChunkDescriptors read = new ChunkDescriptors();
        for (int i = 0; i < 40; i++) {
            ChunkDescriptors chunk = chunk(random, entries);
            byte[] expected = encode(chunk);
            assertThat(DescriptorCodec.encode(chunk)).as("seed " + seed).isEqualTo(expected);
            DescriptorCodec.decode(ByteBuffer.wrap(expected), chunk.firstPfn(), chunk.pages(), read);
            assertThat(encode(read)).as("read, seed " + seed).isEqualTo(expected);
        }
    }

    /** Entries near each other most of the time, the first ones among them, the same again now and then. */
    private static ChunkDescriptors chunk(Random random, int entries) {
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(0);
        for (int entry = 0; entry < entries; entry++) {
            chunk.addEntry(entry, random.nextInt(), 0);
        }
        int near = 1 + random.nextInt(12);
        int from = 0;
        while (chunk.pages() < Chunk.PAGES) {
            int entry = (from + random.nextInt(near)) % entries;
            int longest = random.nextInt(50) == 0 ? Chunk.PAGES : random.nextInt(8) == 0 ? 300 : 31;
            int length = 1 + random.nextInt(Math.min(longest, Chunk.PAGES - chunk.pages()));
            chunk.appendRun(entry, length);
            from += random.nextInt(10) == 0 ? random.nextInt(entries) : random.nextInt(3) == 0 ? 1 : 0;
        }
        return chunk;
    }

    private static byte[] encode(ChunkDescriptors chunk) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        varint(out, chunk.entries());
        for (int entry = 0; entry < chunk.entries(); entry++) {
            out.writeBytes(ByteBuffer.allocate(12)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(chunk.flags(entry))
                    .putInt(chunk.mapcount(entry))
                    .putInt(chunk.shape(entry))
                    .array());
        }
        List<Integer> recent = new ArrayList<>();
        int next = 0;
        for (int run = 0; run < chunk.runs(); run++) {
            int entry = chunk.runEntry(run);
            int length = chunk.runLength(run);
            int rank = recent.isEmpty() ? -1 : recent.subList(1, recent.size()).indexOf(entry);
            int ref = rank >= 0 ? rank : entry == next ? 6 : 7;
            out.write(ref << 5 | (length <= 31 ? length : 0));
            if (ref == 6) {
                next++;
            } else if (ref == 7) {
                varint(out, entry);
            }
            if (length > 31) {
                varint(out, length - 32);
            }
            if (rank >= 0) {
                recent.remove(rank + 1);
            }
            recent.add(0, entry);
            if (recent.size() > RECENT) {
                recent.remove(RECENT);
            }
        }
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write(rest & 0x7f | 0x80);
        }
        out.write(rest);
    }
}
