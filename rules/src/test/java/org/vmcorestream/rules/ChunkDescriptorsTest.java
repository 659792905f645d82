// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChunkDescriptorsTest {
    private final ChunkDescriptors chunk = new ChunkDescriptors();

    @Test
    void shouldKeepOneEntryForEqualPagesAndJoinNeighbours() {
        chunk.begin(Chunk.PAGES);
        chunk.append(1, 2, 3, 10);
        chunk.append(1, 2, 3, 5);
        chunk.append(4, 5, 6, 1);
        chunk.append(1, 2, 3, 1);
        assertThat(chunk.firstPfn()).isEqualTo(Chunk.PAGES);
        assertThat(chunk.entries()).isEqualTo(2);
        assertThat(chunk.runs()).isEqualTo(3);
        assertThat(chunk.runLength(0)).isEqualTo(15);
        assertThat(chunk.runEntry(2)).isZero();
        assertThat(chunk.pages()).isEqualTo(17);
        assertThat(chunk.descriptor(1)).isEqualTo(new Descriptor(4, 5, 6));
    }

    @Test
    void shouldHoldAChunkInWhichEveryPageIsDifferentTwice() {
        for (int round = 0; round < 2; round++) {
            chunk.begin(0);
            for (int i = 0; i < Chunk.PAGES; i++) {
                chunk.append(i * 31 + round, -i, i & 0xff, 1);
            }
            assertThat(chunk.entries()).isEqualTo(Chunk.PAGES);
            for (int i = 0; i < Chunk.PAGES; i++) {
                assertThat(chunk.flags(chunk.runEntry(i))).isEqualTo(i * 31 + round);
            }
        }
    }

    @Test
    void shouldRefuseMorePagesThanAChunkHas() {
        chunk.begin(0);
        chunk.append(0, 0, 0, Chunk.PAGES);
        assertThatThrownBy(() -> chunk.append(1, 0, 0, 1)).hasMessageContaining("run of 1 pages after 32768");
        assertThatThrownBy(() -> chunk.append(0, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseRunsOfNothingAndOfUnknownEntries() {
        chunk.begin(0);
        assertThatThrownBy(() -> chunk.append(0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chunk.appendRun(7, 1)).hasMessageContaining("dictionary entry 7");
        assertThatThrownBy(() -> chunk.appendRun(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
