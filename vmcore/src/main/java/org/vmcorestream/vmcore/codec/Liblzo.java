// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

/**
 * liblzo2, when this machine has it. Addresses and {@code lzo_uint} are passed as long, which is right on 64-bit machines only.
 */
final class Liblzo {
    /** LZO_E_OK. */
    static final int OK = 0;

    /** LZO1X_1_MEM_COMPRESS: 16,384 dictionary entries of a pointer. */
    static final int WORK_MEMORY = 16_384 * Long.BYTES;

    private static final boolean PRESENT = NativeBinding.of(Liblzo.class, "liblzo2.so.2");

    private Liblzo() {}

    /** Whether the library could be loaded. */
    static boolean present() {
        return PRESENT;
    }

    /** Always OK; {@code outBytes} is a {@code lzo_uint *} that receives the length. */
    static native int lzo1x_1_compress(long in, long inBytes, long out, long outBytes, long workMemory);

    /** OK, or an error below 0; {@code outBytes} holds the room before and the length behind. */
    static native int lzo1x_decompress_safe(long in, long inBytes, long out, long outBytes, long workMemory);
}
