// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every implementation of every codec against the contract. */
class PageCodecsTest {
    @Nested
    class JdkZlib extends PageCodecContract {
        @Override
        PageCompressor newCompressor() {
            return new JdkZlibCompressor();
        }

        @Override
        PageDecompressor newDecompressor() {
            return new JdkZlibDecompressor();
        }

        @Override
        List<PageDecompressor> peerDecompressors() {
            List<PageDecompressor> peers = new ArrayList<>(List.of(PageDecompressor.of(PageCodec.ZLIB)));
            if (NativeLibraries.libdeflate()) {
                peers.add(new LibdeflateDecompressor());
            }
            return peers;
        }

        @Override
        List<PageCompressor> peerCompressors() {
            return List.of(PageCompressor.of(PageCodec.ZLIB));
        }
    }

    @Nested
    class NativeZlib extends PageCodecContract {
        @Override
        PageCompressor newCompressor() {
            assumeTrue(NativeLibraries.libdeflate(), "skipped: no libdeflate on this machine");
            return new LibdeflateCompressor();
        }

        @Override
        PageDecompressor newDecompressor() {
            return new LibdeflateDecompressor();
        }

        @Override
        List<PageDecompressor> peerDecompressors() {
            return List.of(new JdkZlibDecompressor());
        }

        @Override
        List<PageCompressor> peerCompressors() {
            return List.of(new JdkZlibCompressor());
        }
    }

    @Nested
    class AirliftLzo extends PageCodecContract {
        @Override
        PageCompressor newCompressor() {
            return new AirliftLzoCompressor();
        }

        @Override
        PageDecompressor newDecompressor() {
            return new AirliftLzoDecompressor();
        }

        @Override
        List<PageDecompressor> peerDecompressors() {
            return List.of(PageDecompressor.of(PageCodec.LZO));
        }

        @Override
        List<PageCompressor> peerCompressors() {
            return List.of(PageCompressor.of(PageCodec.LZO));
        }
    }

    @Nested
    class NativeLzo extends PageCodecContract {
        @Override
        PageCompressor newCompressor() {
            assumeTrue(NativeLibraries.liblzo(), "skipped: no liblzo2 on this machine");
            return new LiblzoCompressor();
        }

        @Override
        PageDecompressor newDecompressor() {
            return new LiblzoDecompressor();
        }

        @Override
        List<PageDecompressor> peerDecompressors() {
            return List.of(new AirliftLzoDecompressor());
        }

        @Override
        List<PageCompressor> peerCompressors() {
            return List.of(new AirliftLzoCompressor());
        }
    }

    /** The codecs with a single implementation. */
    abstract static class Single extends PageCodecContract {
        private final PageCodec codec;

        Single(PageCodec codec) {
            this.codec = codec;
        }

        @Override
        PageCompressor newCompressor() {
            return PageCompressor.of(codec);
        }

        @Override
        PageDecompressor newDecompressor() {
            return PageDecompressor.of(codec);
        }

        @Override
        List<PageDecompressor> peerDecompressors() {
            return List.of(PageDecompressor.of(codec));
        }

        @Override
        List<PageCompressor> peerCompressors() {
            return List.of(PageCompressor.of(codec));
        }
    }

    @Nested
    class NativeSnappy extends Single {
        NativeSnappy() {
            super(PageCodec.SNAPPY);
        }
    }

    @Nested
    class Zstd extends Single {
        Zstd() {
            super(PageCodec.ZSTD);
        }
    }

    @Nested
    class Lz4 extends Single {
        Lz4() {
            super(PageCodec.LZ4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseBytesOfEveryOtherCodec(PageCodec codec) throws Exception {
        byte[] page = TestPage.TEXT.bytes(4096, 5);
        try (PageDecompressor decompressor = PageDecompressor.of(codec)) {
            for (PageCodec other : PageCodec.values()) {
                try (PageCompressor compressor = PageCompressor.of(other)) {
                    byte[] stored = PageCodecContract.compress(compressor, page);
                    byte[] found = null;
                    try {
                        found = PageCodecContract.decompress(decompressor, stored, 4096);
                    } catch (org.vmcorestream.vmcore.VmcoreException refused) {
                        assertThat(refused).hasMessageStartingWith(codec.name().toLowerCase(java.util.Locale.ROOT));
                    }
                    assertThat(page.equals(found) || java.util.Arrays.equals(page, found))
                            .as("%s bytes read as %s", other, codec)
                            .isEqualTo(other == codec);
                }
            }
        }
    }

    @Test
    void shouldTakeNativeLibrariesWhereTheyAre() {
        try (PageCompressor zlib = PageCompressor.of(PageCodec.ZLIB);
                PageCompressor lzo = PageCompressor.of(PageCodec.LZO)) {
            assertThat(zlib)
                    .isInstanceOf(NativeLibraries.libdeflate() ? LibdeflateCompressor.class : JdkZlibCompressor.class);
            assertThat(lzo)
                    .isInstanceOf(NativeLibraries.liblzo() ? LiblzoCompressor.class : AirliftLzoCompressor.class);
        }
    }
}
