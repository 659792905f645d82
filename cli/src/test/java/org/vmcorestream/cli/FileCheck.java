// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Compares a file the line made with the vmcore and with what makedumpfile says of it. */
final class FileCheck {
    private final ExpectedDump expected;
    private final ElfPages input;
    private final byte[] wanted;
    private final ByteBuffer found;

    FileCheck(ExpectedDump expected, ElfPages input) {
        this.expected = expected;
        this.input = input;
        wanted = new byte[input.pageSize()];
        found = ByteBuffer.allocate(input.pageSize());
    }

    /** Where a file is. */
    static Path path(DumpFile file) {
        return Path.of(URI.create(file.getLocation()));
    }

    /** Demands that bitmap, contents and counters are those of a level. */
    void isOfLevel(DumpFile file, int level) throws IOException {
        assertThat(file.getProblems()).as("%s level %d", expected, level).isEmpty();
        assertThat(file.getComplete()).isTrue();
        countersAre(file, level);
        try (KdumpFile kdump = KdumpFile.open(path(file))) {
            assertThat(kdump.incomplete()).isFalse();
            assertThat(kdump.header().level()).isEqualTo(level);
            assertThat(kdump.header().endPfn()).isEqualTo(expected.count(level, "total"));
            assertThat(kdump.presentPages()).isEqualTo(expected.count(level, "original"));
            bitmapIs(kdump, expected.kept(level), level);
            contentsAreThoseOfTheInput(kdump, level);
        }
    }

    /** Demands a whole file of a level in which unused vmemmap is left out, and nothing else is missing. */
    void isOfLevelWithoutUnusedVmemmap(DumpFile file, UnusedVmemmap unused) throws IOException {
        int level = unused.level();
        assertThat(file.getProblems()).as("%s level %d", expected, level).isEmpty();
        assertThat(file.getComplete()).isTrue();
        assertThat(file.getMissingPages()).isZero();
        long kept = expected.count(level, "bits_in_bitmap2") - unused.pages();
        assertThat(file.getCounts())
                .contains(new ReasonCount("kept", kept), new ReasonCount(RuleSet.VMEMMAP, unused.pages()));
        assertThat(file.getPagesWritten()).isEqualTo(kept);
        try (KdumpFile kdump = KdumpFile.open(path(file))) {
            assertThat(kdump.status()).isEqualTo(0x10 | kdump.header().codec().kdumpFlag());
            assertThat(kdump.header().level()).isEqualTo(level);
            byte[] bitmap = new byte[(int) kdump.header().endPfn() / Byte.SIZE];
            for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
                bitmap[(int) pfn / Byte.SIZE] |= (byte) (1 << pfn % Byte.SIZE);
            }
            CRC32 crc = new CRC32();
            crc.update(bitmap);
            assertThat((int) crc.getValue()).as("second bitmap").isEqualTo(unused.crc32());
            contentsAreThoseOfTheInput(kdump, level);
        }
    }

    private void countersAre(DumpFile file, int level) {
        boolean countsZero = (level & BuiltInRuleSets.ZERO) != 0;
        PageCounts counts =
                PageCounts.of(expected.count(level, "total"), file.getCounts(), countsZero ? file.getZeroPages() : 0);
        assertThat(counts)
                .as("%s level %d", expected, level)
                .returns(expected.count(level, "hole"), PageCounts::hole)
                .returns(expected.count(level, "original"), PageCounts::original)
                .returns(expected.count(level, "zero"), PageCounts::zero)
                .returns(expected.count(level, "cache"), c -> c.of(BuiltInRuleSets.REASON_CACHE))
                .returns(expected.count(level, "cache_private"), c -> c.of(BuiltInRuleSets.REASON_CACHE_PRIVATE))
                .returns(expected.count(level, "user"), c -> c.of(BuiltInRuleSets.REASON_USER))
                .returns(expected.count(level, "free"), PageCounts::free)
                .returns(expected.count(level, "hwpoison"), c -> c.of(BuiltInRuleSets.REASON_HWPOISON))
                .returns(expected.count(level, "offline"), c -> c.of(BuiltInRuleSets.REASON_OFFLINE))
                .returns(expected.count(level, "remaining"), PageCounts::remaining);
        assertThat(file.getPagesWritten()).isEqualTo(expected.count(level, "bits_in_bitmap2"));
        assertThat(file.getMissingPages()).isZero();
    }

    private void bitmapIs(KdumpFile kdump, BitSet kept, int level) throws IOException {
        BitSet stored = new BitSet();
        for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
            stored.set((int) pfn);
        }
        BitSet differing = (BitSet) stored.clone();
        differing.xor(kept);
        assertThat(differing.stream().limit(10).toArray())
                .as("%s level %d: page frames (at most 10) whose bits differ", expected, level)
                .isEmpty();
    }

    private void contentsAreThoseOfTheInput(KdumpFile kdump, int level) throws IOException {
        for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
            kdump.readPage(pfn, found.clear());
            input.read(pfn, wanted);
            if (!Arrays.equals(found.array(), wanted)) {
                throw new AssertionError(expected + " level " + level + ": contents of page frame " + pfn
                        + " differ at byte " + Arrays.mismatch(found.array(), wanted));
            }
        }
    }
}
