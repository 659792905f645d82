// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageAlignedBufferTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 24, 4095, 4096, 4097, 2 << 20})
    void shouldBeginAtAMemoryPageAndHoldAsMuchAsWasAskedFor(int capacity) {
        ByteBuffer buffer = PageAlignedBuffer.allocate(capacity);

        assertThat(buffer.capacity()).isEqualTo(capacity);
        assertThat(buffer.limit()).isEqualTo(capacity);
        assertThat(buffer.position()).isZero();
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(buffer.alignmentOffset(0, 4096)).isZero();
    }
}
