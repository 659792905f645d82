// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A CRC-32C that can be continued from its value. The JDK's cannot, but it is fast: so each piece gets a checksum of its own,
 * and the two are joined by the algebra of the code: crc(AB) = crc(A) * x^(8 * length of B) + crc(B), modulo the polynomial.
 */
final class StripeDigest {
    /** The Castagnoli polynomial, bits reversed: bit 31 is x^0. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private static final int ONE = 1 << 31;
    private static final int X = 1 << 30;

    /** x^(2^k) for k of 0 to 34: enough for a length of 2^32 - 1 bytes. */
    private static final int[] POWERS = powers();

    private final CRC32C piece = new CRC32C();
    private int value;

    /** Continues from a value; 0 is that of no bytes. */
    StripeDigest(int value) {
        this.value = value;
    }

    /** CRC-32C of all bytes added. */
    int value() {
        return value;
    }

    /** Adds the bytes between position and limit, which are left alone. */
    void add(ByteBuffer bytes) {
        piece.reset();
        piece.update(bytes.duplicate());
        value = multiply(power(8L * bytes.remaining()), value) ^ (int) piece.getValue();
    }

    private static int power(long exponent) {
        int product = ONE;
        for (int k = 0; exponent >>> k != 0; k++) {
            if ((exponent >>> k & 1) != 0) {
                product = multiply(POWERS[k], product);
            }
        }
        return product;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }

    private static int[] powers() {
        int[] powers = new int[35];
        powers[0] = X;
        for (int k = 1; k < powers.length; k++) {
            powers[k] = multiply(powers[k - 1], powers[k - 1]);
        }
        return powers;
    }
}
