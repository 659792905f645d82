// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageStatesTest {
    private static final int FLAGS = 0;
    private static final int COMPOUND = 8;
    private static final int MAPPING = 24;
    private static final int PRIVATE = 40;
    private static final int MAPCOUNT = 48;

    @TempDir
    Path directory;

    private ReadBack write(String... lines) throws Exception {
        return new ReadBack(
                SyntheticVmcore.write(directory.resolve("v.elf"), "memory 0-32M\n" + String.join("\n", lines)));
    }

    private static int mapcount(ReadBack vmcore, long pfn) {
        return (int) vmcore.structPageLong(pfn, MAPCOUNT);
    }

    private static int number(ReadBack vmcore, String key) {
        return Integer.parseInt(vmcore.made.info("NUMBER(" + key + ")"));
    }

    private static boolean flag(ReadBack vmcore, long pfn, String key) {
        return (vmcore.structPageLong(pfn, FLAGS) >> number(vmcore, key) & 1) == 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.19", "5.10", "6.1", "6.4", "6.6", "6.9", "6.12", "6.16", "7.2"})
    void shouldMarkPagesAsThisKernelDoes(String kernel) throws Exception {
        ReadBack vmcore = write(
                "kernel " + kernel,
                "pages 0x1000..0x1010 buddy order=3",
                "pages 0x1100..0x1104 lru private",
                "pages 0x1200..0x1202 swapcache swapbacked anon lru mapped",
                "pages 0x1300 slab",
                "pages 0x1301 hwpoison");

        for (long pfn : new long[] {0x1000, 0x1008}) {
            assertThat(mapcount(vmcore, pfn)).isEqualTo(number(vmcore, "PAGE_BUDDY_MAPCOUNT_VALUE"));
            assertThat(vmcore.structPageLong(pfn, PRIVATE)).isEqualTo(3);
            assertThat(mapcount(vmcore, pfn + 1)).isEqualTo(-1);
            assertThat(vmcore.structPageLong(pfn + 1, PRIVATE)).isZero();
        }
        assertThat(mapcount(vmcore, 0x1010)).isEqualTo(-1);
        for (long pfn = 0x1100; pfn < 0x1104; pfn++) {
            assertThat(flag(vmcore, pfn, "PG_lru")).isTrue();
            assertThat(flag(vmcore, pfn, "PG_private")).isTrue();
        }
        assertThat(flag(vmcore, 0x1104, "PG_lru")).isFalse();
        assertThat(flag(vmcore, 0x1201, "PG_swapcache")).isTrue();
        assertThat(flag(vmcore, 0x1201, "PG_swapbacked")).isTrue();
        assertThat(vmcore.structPageLong(0x1201, MAPPING) & 3).isEqualTo(1);
        assertThat(mapcount(vmcore, 0x1201)).isZero();
        assertThat(flag(vmcore, 0x1301, "PG_hwpoison")).isTrue();
        if (vmcore.made.info("NUMBER(PG_slab)") != null) {
            assertThat(flag(vmcore, 0x1300, "PG_slab")).isTrue();
        } else {
            assertThat(mapcount(vmcore, 0x1300)).isEqualTo(number(vmcore, "PAGE_SLAB_MAPCOUNT_VALUE"));
        }
    }

    @ParameterizedTest
    @CsvSource({"4.19", "5.10", "6.1", "6.4", "6.6", "6.9", "6.12", "6.16", "7.2"})
    void shouldMakeCompoundPagesAsThisKernelDoes(String kernel) throws Exception {
        ReadBack vmcore =
                write("kernel " + kernel, "pages 0x1000..0x1400 compound order=9 anon", "pages 0x1400 hugetlb order=9");

        for (long head : new long[] {0x1000, 0x1200, 0x1400}) {
            assertThat(vmcore.structPageLong(head, FLAGS) & number(vmcore, "PG_head_mask"))
                    .isNotZero();
            assertThat(vmcore.structPageLong(head, COMPOUND) & 1).isZero();
            for (long tail = head + 1; tail < head + 512; tail++) {
                assertThat(vmcore.structPageLong(tail, COMPOUND) & 1).isEqualTo(1);
            }
            assertThat(order(vmcore, head)).isEqualTo(9);
        }
        assertThat(vmcore.structPageLong(0x1000, MAPPING) & 1).isEqualTo(1);
        assertThat(vmcore.structPageLong(0x1600, COMPOUND)).isZero();
        assertThat(hugetlb(vmcore, 0x1400)).isTrue();
        assertThat(hugetlb(vmcore, 0x1200)).isFalse();
    }

    private static long order(ReadBack vmcore, long head) {
        SyntheticVmcore made = vmcore.made;
        if (made.info("OFFSET(page.compound_order)") != null) {
            int offset = Integer.parseInt(made.info("OFFSET(page.compound_order)"));
            return vmcore.structPageLong(head + 1, offset & ~7) >> (offset & 7) * 8 & 0xff;
        }
        if (made.info("OFFSET(folio._folio_order)") != null) {
            int offset = Integer.parseInt(made.info("OFFSET(folio._folio_order)"));
            return vmcore.getLong(vmcore.structPage(head) + (offset & ~7)) >> (offset & 7) * 8 & 0xff;
        }
        return vmcore.structPageLong(head + 1, FLAGS) & 0xff;
    }

    private static boolean hugetlb(ReadBack vmcore, long head) {
        SyntheticVmcore made = vmcore.made;
        if (made.info("NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)") != null) {
            return mapcount(vmcore, head) == number(vmcore, "PAGE_HUGETLB_MAPCOUNT_VALUE");
        }
        if (made.info("NUMBER(PG_hugetlb)") != null) {
            return flag(vmcore, head + 1, "PG_hugetlb");
        }
        return (vmcore.structPageLong(head + 1, 16) & 0xff) == number(vmcore, "HUGETLB_PAGE_DTOR");
    }

    @Test
    void shouldMarkOnlyTheFirstPageOfAnUnacceptedBlock() throws Exception {
        ReadBack vmcore = write("kernel 7.2", "pages 0x1000..0x1800 unaccepted");

        int type = number(vmcore, "PAGE_UNACCEPTED_MAPCOUNT_VALUE");
        for (long pfn = 0x1000; pfn < 0x1800; pfn++) {
            assertThat(mapcount(vmcore, pfn)).isEqualTo(pfn % 1024 == 0 ? type : -1);
        }
    }

    @Test
    void shouldKnowUnacceptedPagesThatTheKernelDoesNotExport() throws Exception {
        ReadBack vmcore = write("kernel 6.12", "pages 0x1000 unaccepted");

        assertThat(mapcount(vmcore, 0x1000)).isEqualTo(0xf7000000);
        assertThat(vmcore.made.info("NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)")).isNull();
    }

    @Test
    void shouldOverwriteOnlyTheFieldsThatRawNames() throws Exception {
        ReadBack vmcore = write(
                "pages 0x1000 lru private",
                "page 0x1000 raw mapcount=-5 compound=0x123",
                "page 0x1001 raw flags=0xffffffffffffffff mapping=7 refcount=2");

        assertThat(flag(vmcore, 0x1000, "PG_lru")).isTrue();
        assertThat(vmcore.structPageLong(0x1000, MAPCOUNT)).isEqualTo(0x1fffffffbL);
        assertThat(vmcore.structPageLong(0x1000, COMPOUND)).isEqualTo(0x123);
        assertThat(vmcore.structPageLong(0x1001, FLAGS)).isEqualTo(-1);
        assertThat(vmcore.structPageLong(0x1001, MAPPING)).isEqualTo(7);
        assertThat(vmcore.structPageLong(0x1001, MAPCOUNT)).isEqualTo(0x2ffffffffL);
    }

    @Test
    void shouldLetLaterLinesWin() throws Exception {
        ReadBack vmcore = write("pages 0x1000..0x1010 lru", "pages 0x1004 slab");

        assertThat(flag(vmcore, 0x1003, "PG_lru")).isTrue();
        assertThat(flag(vmcore, 0x1004, "PG_lru")).isFalse();
        assertThat(mapcount(vmcore, 0x1004)).isEqualTo(number(vmcore, "PAGE_SLAB_MAPCOUNT_VALUE"));
    }
}
