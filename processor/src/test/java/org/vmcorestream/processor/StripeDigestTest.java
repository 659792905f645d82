// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class StripeDigestTest {
    @Test
    void shouldBeTheChecksumOfAllPiecesHoweverOftenItIsContinued() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            CRC32C whole = new CRC32C();
            int value = 0;
            for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
                byte[] piece = new byte[random.nextInt(1 << random.nextInt(18))];
                random.nextBytes(piece);
                whole.update(piece);
                StripeDigest digest = new StripeDigest(value);
                ByteBuffer buffer = random.nextBoolean()
                        ? ByteBuffer.wrap(piece)
                        : ByteBuffer.allocateDirect(piece.length).put(piece).flip();
                digest.add(buffer);
                assertThat(buffer.remaining()).isEqualTo(piece.length);
                value = digest.value();
            }
            assertThat(value).as("seed %d", seed).isEqualTo((int) whole.getValue());
        }
    }

    @Test
    void shouldBeZeroForNothing() {
        StripeDigest digest = new StripeDigest(0);
        digest.add(ByteBuffer.allocate(0));
        assertThat(digest.value()).isZero();
    }

    @Test
    void shouldKnowTheCheckValueOfCrc32C() {
        StripeDigest digest = new StripeDigest(0);
        digest.add(ByteBuffer.wrap("1234".getBytes()));
        digest.add(ByteBuffer.wrap("56789".getBytes()));
        assertThat(digest.value()).isEqualTo(0xe3069283);
    }
}
