// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.VmcoreException;

/** Decompresses single pages from untrusted bytes. Belongs to one thread. */
public interface PageDecompressor extends AutoCloseable {
    /**
     * Decompresses one page.
     *
     * @param source direct buffer; position and limit are left alone
     * @param sourceOffset index of the stored bytes
     * @param length their number
     * @param target direct buffer; position and limit are left alone
     * @param targetOffset where the page goes
     * @param pageSize exact size of the page
     * @throws VmcoreException when the bytes are no such page, or one of another size; nothing outside of the page's place
     *     in {@code target} is touched
     */
    void decompress(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int pageSize)
            throws VmcoreException;

    @Override
    void close();

    /** A new decompressor; for zlib and lzo the native library of this machine where there is one. */
    static PageDecompressor of(PageCodec codec) {
        return switch (codec) {
            case ZLIB -> NativeLibraries.libdeflate() ? new LibdeflateDecompressor() : portable(codec);
            case LZO -> NativeLibraries.liblzo() ? new LiblzoDecompressor() : portable(codec);
            default -> portable(codec);
        };
    }

    /** A new decompressor that asks for no native library of this machine. */
    static PageDecompressor portable(PageCodec codec) {
        return switch (codec) {
            case ZLIB -> new JdkZlibDecompressor();
            case LZO -> new AirliftLzoDecompressor();
            case SNAPPY -> new SnappyDecompressor();
            case ZSTD -> new ZstdDecompressor();
            case LZ4 -> new Lz4Decompressor();
        };
    }
}
