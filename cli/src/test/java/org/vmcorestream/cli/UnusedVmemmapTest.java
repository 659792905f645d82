// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/** The demo vmcore without unused vmemmap, as the command line counts it; no broker is needed. */
class UnusedVmemmapTest {
    @TempDir
    private static Path folder;

    private static Path demo;

    @BeforeAll
    static void unpack() throws Exception {
        demo = ExpectedDump.demo().vmcore(folder);
    }

    @Test
    void shouldDropThePagesOfTheMemoryMapThatAnotherProgramFoundUnusedAtAllLevels() throws Exception {
        List<UnusedVmemmap> levels = UnusedVmemmap.ofDemo();
        assertThat(levels).hasSize(BuiltInRuleSets.MAX_LEVEL + 1);
        try (Vmcore vmcore = Vmcore.open(demo)) {
            for (UnusedVmemmap expected : levels) {
                RuleSet ruleSet = BuiltInRuleSets.named(expected.ruleSet()).orElseThrow();
                KeptPages kept = keptPages(vmcore, ruleSet);
                assertThat(kept.dropVmemmap()).as(expected.ruleSet()).isEqualTo(expected.pages());
                assertThat(crc32(kept.kept())).as(expected.ruleSet()).isEqualTo(expected.crc32());
            }
        }
    }

    private static KeptPages keptPages(Vmcore vmcore, RuleSet ruleSet) throws Exception {
        KeptPages kept = new KeptPages(vmcore);
        long endPfn = vmcore.memory().endPfn();
        VerdictEngine engine = new VerdictEngine(ruleSet, vmcore.pageFacts(), DumpFacts.NONE, endPfn);
        ChunkDescriber describer = vmcore.describer();
        ChunkDescriptors descriptors = new ChunkDescriptors();
        VerdictRuns verdict = new VerdictRuns();
        for (long chunk = 0; Chunk.firstPfn(chunk) < endPfn; chunk++) {
            describer.describe(chunk, descriptors);
            engine.decide(descriptors, verdict);
            kept.add(chunk, verdict, describer);
        }
        return kept;
    }

    private static int crc32(PfnBitmap bitmap) {
        ByteBuffer bytes = ByteBuffer.allocate(bitmap.words() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bitmap.words(); i++) {
            bytes.putLong(bitmap.word(i));
        }
        CRC32 crc = new CRC32();
        crc.update(bytes.flip());
        return (int) crc.getValue();
    }

    @ParameterizedTest
    @CsvSource({"31,true", "31,false", "16,true"})
    void shouldCountWhatIsLeft(int level, boolean zero) throws Exception {
        UnusedVmemmap unused = UnusedVmemmap.ofDemo().get(level);
        try (Vmcore vmcore = Vmcore.open(demo)) {
            PageCounts with = count(vmcore, BuiltInRuleSets.level(level), zero);
            PageCounts without =
                    count(vmcore, BuiltInRuleSets.named(unused.ruleSet()).orElseThrow(), zero);
            assertThat(without.of(RuleSet.VMEMMAP)).isEqualTo(unused.pages());
            assertThat(without.of("kept")).isEqualTo(with.of("kept") - unused.pages());
            assertThat(without.free()).isEqualTo(with.free());
            assertThat(without.original()).isEqualTo(with.original());
            assertThat(without.zero()).isEqualTo(with.zero());
            assertThat(without.remaining()).isEqualTo(with.remaining() - unused.pages());
            if (zero && level == 31) {
                assertThat(without.zero()).isEqualTo(ExpectedDump.demo().count(level, "zero"));
            }
        }
    }

    private static PageCounts count(Vmcore vmcore, RuleSet ruleSet, boolean zero) throws Exception {
        return new Exclusion(vmcore, ruleSet, zero).count((done, total) -> {}).counts();
    }

    @Test
    void shouldInspectWithTheOptionOfMakedumpfile() {
        for (String[] words : new String[][] {
            {"-e"},
            {"--exclude-unused-vmemmap", "-d", "31"},
            {"--rule-set", "level-31-e"},
            {"-e", "--rule-set", "level-31"}
        }) {
            Object[] command = new Object[2 + words.length];
            command[0] = "inspect";
            command[1] = demo;
            System.arraycopy(words, 0, command, 2, words.length);
            Captured.Result result = Captured.run(command);
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out())
                    .contains("Rule set        : level-31-e")
                    .contains("    Unused vmemmap pages    : 0x0000000000000272");
        }
        assertThat(Captured.run("inspect", demo).out()).doesNotContain("vmemmap");
    }

    @Test
    void shouldRefuseTheOptionForARuleSetThatIsNoLevel() {
        Captured.Result result = Captured.run("inspect", demo, "-e", "--rule-set", "capture");
        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(result.err())
                .isEqualTo("vmcore-stream: -e goes with a dump level, not with rule set capture; a rule set says itself"
                        + " whether it leaves out unused vmemmap\n");
    }
}
