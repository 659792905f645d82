// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli, RFC 3720) of two byte strings put together, from the CRCs of the two. A file that is written at
 * several places at once gets its checksum without being read again.
 *
 * <p>The CRC of A followed by B is crc(A) * x^(8 * length of B) + crc(B), in the ring of polynomials over GF(2) modulo the
 * Castagnoli polynomial. Polynomials are held with bits reversed, as the CRC itself is: bit 31 is x^0.
 */
public final class Crc32cCombine {
    /** The Castagnoli polynomial without x^32, bits reversed. */
    private static final int POLYNOMIAL = 0x82F6_3B78;

    private static final int ONE = 1 << 31;
    private static final int X = 1 << 30;

    private Crc32cCombine() {}

    /**
     * CRC of two strings, one behind the other.
     *
     * @param first CRC of the first string
     * @param second CRC of the second string
     * @param secondLength bytes of the second string, at least 0
     */
    public static int combine(int first, int second, long secondLength) {
        return multiply(first, power(secondLength)) ^ second;
    }

    /** CRC of a string of zeros, by doubling. */
    static int ofZeros(long length) {
        CRC32C one = new CRC32C();
        one.update(0);
        int doubled = (int) one.getValue();
        int crc = 0;
        long bytes = 1;
        for (long rest = length; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                crc = combine(crc, doubled, bytes);
            }
            doubled = combine(doubled, doubled, bytes);
            bytes <<= 1;
        }
        return crc;
    }

    /** x^(8 * bytes) by squaring. */
    private static int power(long bytes) {
        int square = X;
        for (int i = 0; i < 3; i++) {
            square = multiply(square, square);
        }
        int result = ONE;
        for (long rest = bytes; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                result = multiply(result, square);
            }
            square = multiply(square, square);
        }
        return result;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : shifted >>> 1 ^ POLYNOMIAL;
        }
        return product;
    }
}
