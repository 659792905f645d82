// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.ReasonCount;

class ExclusionReportTest {
    @Test
    void shouldReadAsMakedumpfilesUsersKnowIt() {
        PageCounts counts = PageCounts.of(
                0x2c000,
                List.of(
                        count("kept", 30705),
                        count("free", 65339),
                        count("unaccepted", 41984),
                        count("cache", 24841),
                        count("cache-private", 2326),
                        count("user", 12980),
                        count("hwpoison", 1),
                        count("offline", 2048)),
                6467);
        assertThat(ExclusionReport.lines(counts))
                .containsExactly(
                        "Original pages  : 0x000000000002c000",
                        "  Excluded pages   : 0x0000000000026152",
                        "    Pages filled with zero  : 0x0000000000001943",
                        "    Non-private cache pages : 0x0000000000006109",
                        "    Private cache pages     : 0x0000000000000916",
                        "    User process data pages : 0x00000000000032b4",
                        "    Free pages              : 0x000000000001a33b",
                        "      of these unaccepted   : 0x000000000000a400",
                        "    Hwpoison pages          : 0x0000000000000001",
                        "    Offline pages           : 0x0000000000000800",
                        "  Remaining pages  : 0x0000000000005eae",
                        "  (The number of pages is reduced to 13%.)",
                        "Memory Hole     : 0x0000000000000000",
                        "--------------------------------------------------",
                        "Total pages     : 0x000000000002c000");
    }

    @Test
    void shouldCountPageFramesNobodySpokeOfAsHoles() {
        PageCounts counts = PageCounts.of(1000, List.of(count("kept", 600), count("hole", 100)), 0);
        assertThat(counts.hole()).isEqualTo(400);
        assertThat(counts.original()).isEqualTo(600);
        assertThat(counts.remaining()).isEqualTo(600);
    }

    @Test
    void shouldNameReasonsOfRuleSetsOfOnesOwn() {
        PageCounts counts = PageCounts.of(10, List.of(count("kept", 4), count("secrets", 6)), 0);
        assertThat(ExclusionReport.lines(counts)).contains("    secrets                 : 0x0000000000000006");
        assertThat(counts.excluded()).isEqualTo(6);
    }

    @Test
    void shouldSayWhatTheVmcoreHasNoBytesOf() {
        PageCounts counts = PageCounts.of(10, List.of(count("kept", 4), count("no-data", 6)), 0);
        assertThat(ExclusionReport.lines(counts)).contains("No data in file : 0x0000000000000006");
        assertThat(counts.remaining()).isEqualTo(4);
    }

    @Test
    void shouldNotDivideByNothing() {
        assertThat(ExclusionReport.lines(PageCounts.of(0, List.of(), 0))).noneMatch(line -> line.contains("reduced"));
    }

    private static ReasonCount count(String reason, long pages) {
        return new ReasonCount(reason, pages);
    }
}
