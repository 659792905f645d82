// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ZeroTestTest {
    private static final int PAGE = 4096;

    private final ZeroTest test = new ZeroTest(PAGE);
    private final ByteBuffer contents = ByteBuffer.allocateDirect(3 * PAGE);

    @Test
    void shouldFindTheOnlyByteThatIsSetWhereverItIs() {
        for (int at = 0; at < PAGE; at++) {
            contents.put(PAGE + at, (byte) 0x80);
            assertThat(test.isZero(contents, PAGE)).as("byte " + at).isFalse();
            contents.put(PAGE + at, (byte) 0);
        }
        assertThat(test.isZero(contents, PAGE)).isTrue();
    }

    @Test
    void shouldLookAtNoByteAroundThePage() {
        contents.put(PAGE - 1, (byte) 1).put(2 * PAGE, (byte) 1);
        assertThat(test.isZero(contents, PAGE)).isTrue();
        assertThat(test.isZero(contents, 0)).isFalse();
        assertThat(test.isZero(contents, 2 * PAGE)).isFalse();
    }
}
