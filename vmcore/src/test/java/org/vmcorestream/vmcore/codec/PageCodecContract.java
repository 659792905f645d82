// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.vmcore.VmcoreException;

/** What every codec must do; one subclass for each implementation. */
abstract class PageCodecContract {
    private static final int GUARD = 64;
    private static final byte GUARD_BYTE = 0x5A;

    PageCompressor compressor;
    PageDecompressor decompressor;

    /** The implementation under test; aborts the test where this machine lacks it. */
    abstract PageCompressor newCompressor();

    abstract PageDecompressor newDecompressor();

    /** Decompressors that must understand the compressor under test. */
    abstract List<PageDecompressor> peerDecompressors();

    /** Compressors that the decompressor under test must understand. */
    abstract List<PageCompressor> peerCompressors();

    @BeforeEach
    void open() {
        compressor = newCompressor();
        decompressor = newDecompressor();
    }

    @AfterEach
    void close() {
        if (compressor != null) {
            compressor.close();
        }
        if (decompressor != null) {
            decompressor.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 16_384, 65_536})
    void shouldReturnWhatWasCompressed(int pageSize) throws Exception {
        for (TestPage kind : TestPage.SHRINKING) {
            byte[] page = kind.bytes(pageSize, 1);
            byte[] stored = compress(compressor, page);
            assertThat(stored.length).as(kind.name()).isBetween(1, pageSize - 1);
            assertThat(decompress(decompressor, stored, pageSize))
                    .as(kind.name())
                    .isEqualTo(page);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 16_384, 65_536})
    void shouldSayThatRandomPageDoesNotShrink(int pageSize) {
        for (int seed = 0; seed < 20; seed++) {
            byte[] page = TestPage.RANDOM.bytes(pageSize, seed);
            assertThat(compress(compressor, page)).as("seed %d", seed).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 16_384, 65_536})
    void shouldReturnMixedPagesInAnyOrder(int pageSize) throws Exception {
        for (int seed = 0; seed < 200; seed++) {
            byte[] page = TestPage.MIXED.bytes(pageSize, seed);
            byte[] stored = compress(compressor, page);
            if (stored != null) {
                assertThat(decompress(decompressor, stored, pageSize))
                        .as("seed %d", seed)
                        .isEqualTo(page);
            }
        }
    }

    @Test
    void shouldGiveTheSameBytesWhateverCameBefore() {
        byte[] first = compress(compressor, TestPage.TEXT.bytes(4096, 7));
        compress(compressor, TestPage.RANDOM.bytes(65_536, 8));
        compress(compressor, TestPage.MIXED.bytes(16_384, 9));
        assertThat(compress(compressor, TestPage.TEXT.bytes(4096, 7))).isEqualTo(first);
        try (PageCompressor other = newCompressor()) {
            assertThat(compress(other, TestPage.TEXT.bytes(4096, 7))).isEqualTo(first);
        }
    }

    @Test
    void shouldBeUnderstoodByOtherImplementations() throws Exception {
        for (PageDecompressor peer : peerDecompressors()) {
            for (int seed = 0; seed < 200; seed++) {
                byte[] page = TestPage.MIXED.bytes(4096 << seed % 5, seed);
                byte[] stored = compress(compressor, page);
                if (stored != null) {
                    assertThat(decompress(peer, stored, page.length))
                            .as("seed %d by %s", seed, peer)
                            .isEqualTo(page);
                }
            }
            peer.close();
        }
    }

    @Test
    void shouldUnderstandOtherImplementations() throws Exception {
        for (PageCompressor peer : peerCompressors()) {
            for (int seed = 0; seed < 200; seed++) {
                byte[] page = TestPage.MIXED.bytes(4096 << seed % 5, seed);
                byte[] stored = compress(peer, page);
                if (stored != null) {
                    assertThat(decompress(decompressor, stored, page.length))
                            .as("seed %d by %s", seed, peer)
                            .isEqualTo(page);
                }
            }
            peer.close();
        }
    }

    @Test
    void shouldLeavePositionAndLimitAlone() throws Exception {
        byte[] page = TestPage.TEXT.bytes(4096, 1);
        ByteBuffer source = direct(3 * 4096).put(100, page).position(50).limit(9000);
        ByteBuffer target = direct(3 * 4096).position(3).limit(10_000);
        int length = compressor.compress(source, 100, 4096, target, 200);
        ByteBuffer back = direct(3 * 4096).position(5).limit(9999);
        decompressor.decompress(target, 200, length, back, 300, 4096);
        assertThat(source.position()).isEqualTo(50);
        assertThat(source.limit()).isEqualTo(9000);
        assertThat(target.position()).isEqualTo(3);
        assertThat(target.limit()).isEqualTo(10_000);
        assertThat(back.position()).isEqualTo(5);
        assertThat(back.limit()).isEqualTo(9999);
        byte[] found = new byte[4096];
        back.get(300, found);
        assertThat(found).isEqualTo(page);
    }

    @Test
    void shouldTakeSlicesAndNewBuffersBetweenPages() throws Exception {
        for (int i = 0; i < 50; i++) {
            byte[] page = TestPage.MIXED.bytes(4096, 40 + i % 3);
            ByteBuffer source = direct(20_000).position(i).slice().put(0, page);
            ByteBuffer target = direct(20_000).position(2 * i).slice();
            int length = compressor.compress(source, 0, 4096, target, 0);
            if (length > 0) {
                ByteBuffer back = direct(9000).position(i).slice();
                decompressor.decompress(target, 0, length, back, 0, 4096);
                byte[] found = new byte[4096];
                back.get(0, found);
                assertThat(found).isEqualTo(page);
            }
        }
    }

    @Test
    void shouldRefuseEveryTruncation() {
        for (TestPage kind : TestPage.SHRINKING) {
            byte[] stored = compress(compressor, kind.bytes(4096, 3));
            for (int length = 0; length < stored.length; length++) {
                byte[] cut = java.util.Arrays.copyOf(stored, length);
                assertRefused(cut, 4096, kind + " cut to " + length);
            }
        }
    }

    @Test
    void shouldRefuseTrailingBytes() {
        byte[] stored = compress(compressor, TestPage.TEXT.bytes(4096, 3));
        for (int more = 1; more < 20; more++) {
            assertRefused(java.util.Arrays.copyOf(stored, stored.length + more), 4096, more + " bytes more");
        }
    }

    @Test
    void shouldRefusePageOfAnotherSize() {
        for (TestPage kind : TestPage.SHRINKING) {
            byte[] stored = compress(compressor, kind.bytes(16_384, 4));
            assertRefused(stored, 4096, kind + " too large");
            assertRefused(stored, 16_383, kind + " one byte too large");
            assertRefused(stored, 16_385, kind + " one byte too small");
            assertRefused(stored, 65_536, kind + " too small");
        }
    }

    @Test
    void shouldSurviveFlippedBits() {
        long seed = 20_261_122;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] stored =
                    compress(compressor, TestPage.SHRINKING.get(round % 4).bytes(4096, round % 10));
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                int bit = random.nextInt(stored.length * 8);
                stored[bit >> 3] ^= (byte) (1 << (bit & 7));
            }
            decompressHostile(stored, 4096, "seed " + seed + " round " + round);
        }
    }

    @Test
    void shouldSurviveRandomBytes() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] stored = new byte[1 + random.nextInt(4095)];
            random.nextBytes(stored);
            decompressHostile(stored, 4096 << seed % 5, "seed " + seed);
        }
    }

    @Test
    void shouldRefuseHeapBuffers() {
        ByteBuffer heap = ByteBuffer.allocate(200_000);
        ByteBuffer direct = direct(200_000);
        assertThatThrownBy(() -> compressor.compress(heap, 0, 4096, direct, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("source is no direct buffer");
        assertThatThrownBy(() -> compressor.compress(direct, 0, 4096, heap, 0))
                .hasMessage("target is no direct buffer");
        assertThatThrownBy(() -> decompressor.decompress(heap, 0, 10, direct, 0, 4096))
                .hasMessage("source is no direct buffer");
        assertThatThrownBy(() -> decompressor.decompress(direct, 0, 10, heap, 0, 4096))
                .hasMessage("target is no direct buffer");
    }

    @Test
    void shouldRefusePlacesOutsideOfBuffers() {
        ByteBuffer source = direct(4096);
        ByteBuffer target = direct(200_000);
        assertThatThrownBy(() -> compressor.compress(source, 1, 4096, target, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> compressor.compress(source, -1, 4096, target, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> compressor.compress(source, 0, 4096, target, 200_001 - compressor.bound(4096)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> decompressor.decompress(source, 4000, 97, target, 0, 4096))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> decompressor.decompress(source, 0, -1, target, 0, 4096))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> decompressor.decompress(target, 0, 10, source, 1, 4096))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldRefuseUseAfterClose() {
        ByteBuffer buffer = direct(200_000);
        compressor.close();
        compressor.close();
        decompressor.close();
        decompressor.close();
        assertThatThrownBy(() -> compressor.compress(buffer, 0, 4096, buffer, 8192))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> decompressor.decompress(buffer, 0, 10, buffer, 8192, 4096))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Compressed bytes, or null when the page does not shrink; checks that nothing else was touched. */
    static byte[] compress(PageCompressor compressor, byte[] page) {
        int bound = compressor.bound(page.length);
        ByteBuffer source = direct(GUARD + page.length + 13).put(GUARD, page);
        ByteBuffer target = guarded(bound);
        int length = compressor.compress(source, GUARD, page.length, target, GUARD);
        assertGuards(target, bound, "compress");
        byte[] after = new byte[page.length];
        source.get(GUARD, after);
        assertThat(after).as("source").isEqualTo(page);
        if (length < 0) {
            assertThat(length).isEqualTo(-1);
            return null;
        }
        byte[] stored = new byte[length];
        target.get(GUARD, stored);
        return stored;
    }

    static byte[] decompress(PageDecompressor decompressor, byte[] stored, int pageSize) throws VmcoreException {
        ByteBuffer source = direct(7 + stored.length).put(7, stored);
        ByteBuffer target = guarded(pageSize);
        try {
            decompressor.decompress(source, 7, stored.length, target, GUARD, pageSize);
        } finally {
            assertGuards(target, pageSize, "decompress");
        }
        byte[] page = new byte[pageSize];
        target.get(GUARD, page);
        return page;
    }

    private void assertRefused(byte[] stored, int pageSize, String what) {
        Throwable thrown = catchThrowable(() -> decompress(decompressor, stored, pageSize));
        assertThat(thrown).as(what).isInstanceOf(VmcoreException.class);
        assertThat(thrown.getMessage())
                .as(what)
                .doesNotContain("\n")
                .contains(stored.length + " stored bytes")
                .endsWith("expected a page of " + pageSize + " bytes");
    }

    /** Either a page or a refusal; nothing else, and nothing outside of the page's place. */
    private void decompressHostile(byte[] stored, int pageSize, String what) {
        try {
            decompress(decompressor, stored, pageSize);
        } catch (VmcoreException e) {
            assertThat(e.getMessage()).as(what).doesNotContain("\n").contains("expected a page of " + pageSize);
        }
    }

    private static ByteBuffer direct(int size) {
        return ByteBuffer.allocateDirect(size);
    }

    private static ByteBuffer guarded(int size) {
        ByteBuffer buffer = direct(size + 2 * GUARD);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, GUARD_BYTE);
        }
        return buffer;
    }

    private static void assertGuards(ByteBuffer buffer, int size, String what) {
        for (int i = 0; i < GUARD; i++) {
            assertThat(buffer.get(i)).as("%s in front of its place", what).isEqualTo(GUARD_BYTE);
            assertThat(buffer.get(GUARD + size + i))
                    .as("%s behind its place", what)
                    .isEqualTo(GUARD_BYTE);
        }
    }
}
