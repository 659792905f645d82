// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

/**
 * libdeflate 1.x, when this machine has it: about twice as fast as the JDK's zlib. Addresses and {@code size_t} are passed as
 * long, which is right on 64-bit machines only.
 */
final class Libdeflate {
    private static final boolean PRESENT = NativeBinding.of(Libdeflate.class, "libdeflate.so.0");

    private Libdeflate() {}

    /** Whether the library could be loaded. */
    static boolean present() {
        return PRESENT;
    }

    /** {@code struct libdeflate_compressor *libdeflate_alloc_compressor(int level)}; 0 when out of memory. */
    static native long libdeflate_alloc_compressor(int level);

    /** Bytes written, 0 when they do not fit into {@code outRoom}. */
    static native long libdeflate_zlib_compress(long compressor, long in, long inBytes, long out, long outRoom);

    static native void libdeflate_free_compressor(long compressor);

    static native long libdeflate_alloc_decompressor();

    /**
     * 0 when good; the two counts are of type {@code size_t *}. Less than {@code outRoom} written is good when {@code outBytes}
     * is not null.
     */
    static native int libdeflate_zlib_decompress_ex(
            long decompressor, long in, long inBytes, long out, long outRoom, long inUsed, long outBytes);

    static native void libdeflate_free_decompressor(long decompressor);
}
