// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.schemas.PageBatchIndex.Kind;

class PageBatchIndexTest {
    private static final int PAGE = 4096;

    private final PageBatchIndex index = new PageBatchIndex();
    private final PageBatchIndex read = new PageBatchIndex();

    @ParameterizedTest
    @ValueSource(ints = {4096, 16_384, 65_536})
    void shouldRoundTripRandomBatches(int pageSize) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            long firstPfn = fill(random, pageSize, 1 + random.nextInt(3_000));
            byte[] bytes = index.encode();
            read.decode(ByteBuffer.wrap(bytes), firstPfn, index.pages(), pageSize, index.dataLength());
            assertSame("seed " + seed);
        }
    }

    @Test
    void shouldHoldAsManyPagesAsAChunkHas() throws Exception {
        index.begin();
        for (int i = 0; i < PageBatchIndex.MAX_PAGES; i++) {
            index.add(i, Kind.ZERO, 0);
        }
        assertThatThrownBy(() -> index.add(40_000, Kind.ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("page frame 40000 does not fit behind 32768 pages of 0 bytes");
        byte[] bytes = index.encode();
        assertThat(bytes).hasSize(1 + PageBatchIndex.MAX_PAGES);
        read.decode(ByteBuffer.wrap(bytes), 0, PageBatchIndex.MAX_PAGES, PAGE, 0);
        assertSame("full");
    }

    @Test
    void shouldEncodeExactlyAsDescribed() {
        index.begin();
        index.add(100, Kind.RAW, PAGE);
        index.add(101, Kind.ZERO, 0);
        index.add(103, Kind.COMPRESSED, 1);
        index.add(104, Kind.COMPRESSED, 4095);
        index.add(404, Kind.RAW, PAGE);
        byte[] expected = {1, 2, 0, 5, 0, (byte) 0x80, 0x40, 3, (byte) 0xaa, 0x02};
        assertThat(index.encode()).isEqualTo(expected);
        assertThat(index.dataLength()).isEqualTo(2 * PAGE + 4096);
        assertThat(index.offset(3)).isEqualTo(PAGE + 1);
    }

    @Test
    void shouldRefuseToAddPagesOutOfOrder() {
        index.begin();
        index.add(7, Kind.ZERO, 0);
        assertThatThrownBy(() -> index.add(7, Kind.ZERO, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("page frame 7, expected 8 to 4503599627370495");
        assertThatThrownBy(() -> index.add(1L << 52, Kind.ZERO, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseToAddKindsWithTheWrongLength() {
        index.begin();
        assertThatThrownBy(() -> index.add(7, Kind.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("page frame 7 of kind ZERO has 1 stored bytes");
        assertThatThrownBy(() -> index.add(7, Kind.RAW, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> index.add(7, Kind.COMPRESSED, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseAnotherFormatVersion() {
        refuse(0, 1, 0, "page index, byte 0: format version is 7, expected 1", 7, 0);
    }

    @Test
    void shouldRefuseImpossibleCounts() {
        refuse(0, 0, 0, "batch of 0 pages, expected 1 to 32768", 1);
        refuse(0, 32_769, 0, "batch of 32769 pages, expected 1 to 32768", 1);
        refuse(-1, 1, 0, "first page frame is -1", 1, 0);
        refuse(1L << 52, 1, 0, "first page frame is 4503599627370496", 1, 0);
    }

    @Test
    void shouldRefuseFewerPagesThanTheBatchHas() {
        refuse(0, 3, 0, "ends within stored size of page 2", 1, 0, 0);
    }

    @Test
    void shouldRefuseTrailingBytes() {
        refuse(0, 1, 0, "1 bytes behind the last page, expected none", 1, 0, 0);
    }

    @Test
    void shouldRefuseAGapBeforeTheFirstPage() {
        refuse(0, 1, 0, "first page is apart from the first page frame", 1, 1, 0);
    }

    @Test
    void shouldRefuseACompressedPageOfPageSizeOrMore() {
        refuse(0, 1, 5000, "stored size of page 0 is 8194, expected 0 to 8193", 1, 0x82, 0x40);
    }

    @Test
    void shouldRefuseAGapBeyondPhysicalMemory() {
        refuse((1L << 52) - 2, 2, 0, "page frame of page 1 is 4503599627370496", 1, 0, 1, 0);
        refuse(0, 2, 0, "gap before page 1", 1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
        refuse((1L << 52) - 1, 2, 0, "expected below", 1, 0, 0);
    }

    @Test
    void shouldRefuseMoreStoredBytesThanTheDataHas() {
        refuse(0, 1, PAGE - 1, "page 0 has 4096 stored bytes, expected at most the 4095 left of 4095", 1, 2);
    }

    @Test
    void shouldRefuseFewerStoredBytesThanTheDataHas() {
        refuse(0, 1, PAGE + 1, "stored sizes add up to 4096 bytes, expected the 4097 of the data", 1, 2);
        refuse(0, 1, -1, "page 0 has 0 stored bytes, expected at most the -1 left of -1", 1, 0);
    }

    @Test
    void shouldSurviveDamagedIndexes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            long firstPfn = fill(random, PAGE, 200);
            byte[] bytes = index.encode();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            try {
                read.decode(ByteBuffer.wrap(cut), firstPfn, 200, PAGE, index.dataLength());
                assertThat(read.dataLength()).isEqualTo(index.dataLength());
            } catch (MalformedRecordException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d", seed).startsWith("page index, byte ");
            }
        }
        assertThat(refused).isPositive();
    }

    private long fill(Random random, int pageSize, int pages) {
        index.begin();
        long pfn = random.nextLong() >>> 13 + random.nextInt(40);
        long firstPfn = pfn;
        for (int i = 0; i < pages; i++) {
            Kind kind = Kind.values()[random.nextInt(3)];
            int length = switch (kind) {
                case ZERO -> 0;
                case RAW -> pageSize;
                case COMPRESSED -> 1 + random.nextInt(pageSize - 1);
            };
            index.add(pfn, kind, length);
            pfn += random.nextInt(4) == 0 ? 1 + random.nextInt(1 << random.nextInt(30)) : 1;
        }
        return firstPfn;
    }

    private void assertSame(String as) {
        assertThat(read.pages()).as(as).isEqualTo(index.pages());
        assertThat(read.dataLength()).as(as).isEqualTo(index.dataLength());
        for (int i = 0; i < index.pages(); i++) {
            assertThat(read.pfn(i)).as(as).isEqualTo(index.pfn(i));
            assertThat(read.kind(i)).as(as).isEqualTo(index.kind(i));
            assertThat(read.length(i)).as(as).isEqualTo(index.length(i));
            assertThat(read.offset(i)).as(as).isEqualTo(index.offset(i));
        }
    }

    private void refuse(long firstPfn, int pages, int dataLength, String message, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        assertThatThrownBy(() -> read.decode(ByteBuffer.wrap(bytes), firstPfn, pages, PAGE, dataLength))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }
}
