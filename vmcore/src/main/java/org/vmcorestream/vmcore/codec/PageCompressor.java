// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;

/** Compresses single pages. Holds its context and buffers for reuse; belongs to one thread. */
public interface PageCompressor extends AutoCloseable {
    /**
     * Compresses one page.
     *
     * @param source direct buffer; position and limit are left alone
     * @param sourceOffset index of the page in {@code source}
     * @param pageSize its size in bytes
     * @param target direct buffer; position and limit are left alone
     * @param targetOffset where the result goes; {@link #bound(int)} bytes must fit behind it
     * @return bytes written, or -1 when the page does not shrink, in which case it is stored raw
     */
    int compress(ByteBuffer source, int sourceOffset, int pageSize, ByteBuffer target, int targetOffset);

    /** Most bytes that compressing a page may touch at its target. */
    int bound(int pageSize);

    @Override
    void close();

    /**
     * A new compressor. For zlib and lzo it is the native library of this machine (libdeflate, liblzo2) where there is one, else
     * one that runs everywhere: the bytes may differ, what they decompress to does not.
     */
    static PageCompressor of(PageCodec codec) {
        return switch (codec) {
            case ZLIB -> NativeLibraries.libdeflate() ? new LibdeflateCompressor() : portable(codec);
            case LZO -> NativeLibraries.liblzo() ? new LiblzoCompressor() : portable(codec);
            default -> portable(codec);
        };
    }

    /** A new compressor that asks for no native library of this machine. */
    static PageCompressor portable(PageCodec codec) {
        return switch (codec) {
            case ZLIB -> new JdkZlibCompressor();
            case LZO -> new AirliftLzoCompressor();
            case SNAPPY -> new SnappyCompressor();
            case ZSTD -> new ZstdCompressor();
            case LZ4 -> new Lz4Compressor();
        };
    }
}
