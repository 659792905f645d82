// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KdumpLayoutTest {
    @Test
    void shouldLayOutSmallDumpAsMakedumpfileDoes() {
        // makedumpfile -d 0 of a 288 MiB guest: 2 blocks of sub header, 6 of bitmaps
        KdumpLayout layout = KdumpLayout.of(4096, 98_304, 4916);
        assertThat(layout.subHeaderBlocks()).isEqualTo(2);
        assertThat(layout.bitmapBlocks()).isEqualTo(6);
        assertThat(layout.notesOffset()).isEqualTo(4200);
        assertThat(layout.presentOffset()).isEqualTo(3 * 4096);
        assertThat(layout.keptOffset()).isEqualTo(6 * 4096);
        assertThat(layout.descriptorsOffset()).isEqualTo(9 * 4096);
        assertThat(layout.descriptorOffset(73_728)).isEqualTo(9 * 4096 + 73_728 * 24);
    }

    @Test
    void shouldPadEachBitmapToBlocks() {
        assertThat(KdumpLayout.of(4096, 32_768, 0).bitmapBlocks()).isEqualTo(2);
        assertThat(KdumpLayout.of(4096, 32_769, 0).bitmapBlocks()).isEqualTo(4);
        assertThat(KdumpLayout.of(65_536, 32_769, 0).bitmapBlocks()).isEqualTo(2);
        assertThat(KdumpLayout.of(4096, 1, 0).bitmapBlocks()).isEqualTo(2);
        assertThat(KdumpLayout.of(4096, 0, 0).bitmapBlocks()).isZero();
    }

    @Test
    void shouldPadNotesToBlocks() {
        assertThat(KdumpLayout.of(4096, 1, 0).subHeaderBlocks()).isEqualTo(1);
        assertThat(KdumpLayout.of(4096, 1, 4096 - 104).subHeaderBlocks()).isEqualTo(1);
        assertThat(KdumpLayout.of(4096, 1, 4096 - 103).subHeaderBlocks()).isEqualTo(2);
    }

    @Test
    void shouldAddressMoreThanTwoToThe31Pages() {
        // 16 TiB of guest memory at 4 KiB: 2^32 pages, bitmaps of 512 MiB, descriptors of 96 GiB
        long pages = 1L << 32;
        KdumpLayout layout = KdumpLayout.of(4096, pages, 0);
        assertThat(layout.bitmapSize()).isEqualTo(512L << 20);
        assertThat(layout.descriptorsOffset()).isEqualTo(2 * 4096 + (1L << 30));
        assertThat(layout.descriptorOffset(pages)).isEqualTo(2 * 4096 + (1L << 30) + (96L << 30));
    }

    @Test
    void shouldAddressTheLargestDump() {
        KdumpLayout layout = KdumpLayout.of(4096, KdumpLayout.MAX_END_PFN, 0);
        assertThat(layout.bitmapBlocks()).isEqualTo(2L << 22);
        assertThat(layout.descriptorOffset(KdumpLayout.MAX_END_PFN)).isEqualTo(2 * 4096 + (2L << 34) + (24L << 37));
    }

    @Test
    void shouldKnowPageSizes() {
        assertThat(java.util.List.of(4096, 8192, 16_384, 32_768, 65_536)).allMatch(KdumpLayout::isPageSize);
        assertThat(java.util.List.of(0, -4096, 2048, 4095, 4097, 12_288, 131_072, Integer.MIN_VALUE))
                .noneMatch(KdumpLayout::isPageSize);
    }
}
