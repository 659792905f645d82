// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemmapRunsTest {
    private final MemmapRuns memmap = new MemmapRuns();

    @Test
    void shouldJoinWhatLiesOneBehindTheOther() {
        memmap.append(0, 100, 5);
        memmap.append(5, 105, 2);
        memmap.append(7, 106, 1);
        memmap.append(9, 107, 1);
        assertThat(memmap.runs()).isEqualTo(3);
        assertThat(memmap.length(0)).isEqualTo(7);
        assertThat(memmap.frame(1)).isEqualTo(106);
        assertThat(memmap.index(2)).isEqualTo(9);
        memmap.begin();
        assertThat(memmap.runs()).isZero();
    }

    @Test
    void shouldHoldTheLargestMemoryMapInPiecesOfOnePage() {
        for (int index = 0; index < MemmapRuns.MAX_PAGES; index++) {
            memmap.append(index, 2L * (MemmapRuns.MAX_PAGES - index), 1);
        }
        assertThat(memmap.runs()).isEqualTo(MemmapRuns.MAX_PAGES);
        assertThat(memmap.frame(memmap.runs() - 1)).isEqualTo(2);
    }

    @Test
    void shouldKnowHowManyPagesTheMemoryMapOfAChunkHas() {
        assertThat(MemmapRuns.pages(64, 4096)).isEqualTo(512);
        assertThat(MemmapRuns.pages(56, 65_536)).isEqualTo(28);
        assertThat(MemmapRuns.pages(MemmapRuns.MAX_STRUCT_PAGE, 4096)).isEqualTo(MemmapRuns.MAX_PAGES);
    }

    @Test
    void shouldRefusePagesThatAreNotBehindThoseBefore() {
        memmap.append(3, 100, 5);
        refuse(7, 200, 1, "memory map pages 7 to before 8, expected them from 8 to before 8192");
        refuse(8, 200, 0, "memory map pages 8 to before 8");
        refuse(8000, 200, 193, "memory map pages 8000 to before 8193");
        refuse(Integer.MAX_VALUE, 200, 2, "memory map pages 2147483647 to before 2147483649");
    }

    @Test
    void shouldRefusePageFramesThatCannotBe() {
        refuse(0, -1, 1, "memory map at page frame -1, expected 0 to 2^52");
        refuse(0, (1L << 52) - 1, 2, "memory map at page frame 4503599627370495, expected 0 to 2^52");
    }

    private void refuse(int index, long frame, int length, String message) {
        assertThatThrownBy(() -> memmap.append(index, frame, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
