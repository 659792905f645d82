// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/**
 * Unused vmemmap of real vmcores at all dump levels. A page of the memory map is looked at as what it is in the file: the
 * struct pages in it must be those of the pages it is said to describe. It goes if makedumpfile keeps none of them and all
 * of them are memory, and stays otherwise.
 */
class RealMemmapTest {
    @TempDir
    Path scratch;

    @TestFactory
    @EnabledIfSystemProperty(
            named = "vmcores.dir",
            matches = ".+",
            disabledReason = "the system property vmcores.dir names no folder of real vmcores")
    Stream<DynamicTest> shouldDropThePagesThatDescribeOnlyExcludedPagesAndNoOther() throws IOException {
        RealVmcores vmcores = new RealVmcores(Path.of(System.getProperty("vmcores.dir")));
        assertThat(vmcores.names()).as("vmcores in the folder").isNotEmpty();
        return vmcores.names().stream().map(name -> DynamicTest.dynamicTest(name, () -> check(vmcores, name)));
    }

    private void check(RealVmcores vmcores, String name) throws IOException {
        try (Vmcore vmcore = Vmcore.open(vmcores.file(name, scratch))) {
            int pageSize = vmcore.pageFacts().pageSize();
            int perPage = pageSize / vmcore.structPageSize();
            assertThat(perPage * vmcore.structPageSize())
                    .as("struct pages fill a page")
                    .isEqualTo(pageSize);
            BitSet present = new BitSet();
            vmcore.memory().present().forEach(run -> present.set((int) run.firstPfn(), (int) run.endPfn()));
            assertThat(vmcore.memory().backedRuns())
                    .as("all memory has data")
                    .isEqualTo(vmcore.memory().present());
            List<long[]> memmap = memmap(vmcore, perPage);
            List<BitSet> unused = unused(vmcore);
            for (int level = 0; level <= BuiltInRuleSets.MAX_LEVEL; level++) {
                BitSet kept = BitSet.valueOf(vmcores.bitmap(name, level));
                BitSet expected = new BitSet();
                for (long[] page : memmap) {
                    int first = (int) page[0];
                    boolean keepsOne = kept.get(first, first + perPage).cardinality() > 0;
                    if (!keepsOne && present.get(first, first + perPage).cardinality() == perPage) {
                        expected.set((int) page[1]);
                    }
                }
                assertThat(unused.get(level)).as(name + " level " + level).isEqualTo(expected);
                assertThat(expected.cardinality()).isLessThan(memmap.size());
            }
            if (pageSize == 4096) {
                // A larger page of the memory map describes so much memory that something of it is always kept.
                assertThat(unused.get(BuiltInRuleSets.MAX_LEVEL).isEmpty()).isFalse();
            }
        }
    }

    /** First page frame described, and page frame, of each page of the memory map, its bytes compared with the descriptors. */
    private static List<long[]> memmap(Vmcore vmcore, int perPage) throws IOException {
        List<long[]> pages = new ArrayList<>();
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors chunk = new ChunkDescriptors();
        MemmapRuns memmap = new MemmapRuns();
        String info = new String(vmcore.vmcoreInfoText(), StandardCharsets.UTF_8);
        int flags = offset(info, "page.flags");
        int mapcount = offset(info, "page._mapcount");
        ByteBuffer page =
                ByteBuffer.allocateDirect(vmcore.pageFacts().pageSize()).order(ByteOrder.LITTLE_ENDIAN);
        for (long i = 0; i <= Chunk.of(vmcore.memory().endPfn() - 1); i++) {
            describer.describe(i, chunk);
            List<Descriptor> descriptors = expand(chunk);
            describer.memmap(i, memmap);
            for (int run = 0; run < memmap.runs(); run++) {
                for (int k = 0; k < memmap.length(run); k++) {
                    int first = (memmap.index(run) + k) * perPage;
                    vmcore.pages().read(memmap.frame(run) + k, 1, page.clear());
                    for (int p = 0; p < perPage && first + p < descriptors.size(); p++) {
                        Descriptor d = descriptors.get(first + p);
                        if ((d.shape() & (Descriptor.HOLE | Descriptor.NO_DATA)) == 0) {
                            int at = p * vmcore.structPageSize();
                            assertThat(page.getInt(at + flags)).isEqualTo(d.flags());
                            assertThat(page.getInt(at + mapcount)).isEqualTo(d.mapcount());
                        }
                    }
                    pages.add(new long[] {Chunk.firstPfn(i) + first, memmap.frame(run) + k});
                }
            }
        }
        return pages;
    }

    private static List<Descriptor> expand(ChunkDescriptors chunk) {
        List<Descriptor> pages = new ArrayList<>(chunk.pages());
        for (int run = 0; run < chunk.runs(); run++) {
            Descriptor descriptor = chunk.descriptor(chunk.runEntry(run));
            for (int i = 0; i < chunk.runLength(run); i++) {
                pages.add(descriptor);
            }
        }
        return pages;
    }

    private static int offset(String info, String member) {
        String key = "OFFSET(" + member + ")=";
        return info.lines()
                .filter(line -> line.startsWith(key))
                .mapToInt(line -> Integer.parseInt(line.substring(key.length())))
                .findFirst()
                .orElseThrow();
    }

    /** Unused vmemmap of each level. */
    private static List<BitSet> unused(Vmcore vmcore) throws IOException {
        List<VerdictEngine> engines = new ArrayList<>();
        List<BitSet> unused = new ArrayList<>();
        for (int level = 0; level <= BuiltInRuleSets.MAX_LEVEL; level++) {
            RuleSet ruleSet = BuiltInRuleSets.named("level-" + level + "-e").orElseThrow();
            engines.add(new VerdictEngine(
                    ruleSet, vmcore.pageFacts(), DumpFacts.NONE, vmcore.memory().endPfn()));
            unused.add(new BitSet());
        }
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors chunk = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        MemmapRuns memmap = new MemmapRuns();
        UnusedVmemmap finder =
                new UnusedVmemmap(vmcore.structPageSize(), vmcore.pageFacts().pageSize());
        for (long i = 0; i <= Chunk.of(vmcore.memory().endPfn() - 1); i++) {
            describer.describe(i, chunk);
            describer.memmap(i, memmap);
            for (int level = 0; level < engines.size(); level++) {
                engines.get(level).decide(chunk, verdict);
                finder.find(verdict, memmap);
                for (int run = 0; run < finder.runs(); run++) {
                    unused.get(level).set((int) finder.firstPfn(run), (int) finder.endPfn(run));
                }
            }
        }
        return unused;
    }
}
