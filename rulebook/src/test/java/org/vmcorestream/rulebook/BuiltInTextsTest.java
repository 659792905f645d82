// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

class BuiltInTextsTest {
    private static final int CHUNKS = 2;
    private static final int PAGES = 10_000;

    @Test
    void shouldDecideEveryPageAsTheBuiltInEngineDoes() throws RuleTextException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (PageFacts facts : Kernels.ALL) {
            List<ChunkDescriptors> dump = dump(random, facts);
            for (String name : names()) {
                RuleSet builtIn = BuiltInRuleSets.named(name).orElseThrow();
                RuleSet text = readBuiltIn(name);
                assertThat(text.reasons()).as(name).isEqualTo(builtIn.reasons());
                assertThat(text.countsZero()).as(name).isEqualTo(builtIn.countsZero());
                assertThat(text.dropsUnusedVmemmap()).as(name).isEqualTo(builtIn.dropsUnusedVmemmap());
                VerdictEngine one = new VerdictEngine(builtIn, facts, DumpFacts.NONE, CHUNKS * Chunk.PAGES);
                VerdictEngine other = new VerdictEngine(text, facts, DumpFacts.NONE, CHUNKS * Chunk.PAGES);
                for (ChunkDescriptors chunk : dump) {
                    assertThat(decided(other, chunk))
                            .as("%s, seed %d", name, seed)
                            .isEqualTo(decided(one, chunk));
                }
                assertThat(other.anomalies()).as("%s, seed %d", name, seed).isEqualTo(one.anomalies());
                assertThat(other.pagesByReason()).as("%s, seed %d", name, seed).isEqualTo(one.pagesByReason());
            }
        }
    }

    @Test
    void shouldHaveATextUnderEveryNameAndNoOther() throws RuleTextException {
        assertThat(RuleSetText.builtIn("31")).isEqualTo(RuleSetText.builtIn("level-31"));
        assertThat(RuleSetText.builtIn("17-e").orElseThrow()).contains("name: level-17-e", "unused-vmemmap: true");
        assertThat(RuleSetText.builtIn("32")).isEmpty();
        assertThat(RuleSetText.builtIn("mine")).isEmpty();
        assertThat(RuleSetText.rules("level-0", RuleSetText.builtIn("0").orElseThrow()))
                .extracting(RuleText::reason)
                .containsExactly("tail", "hwpoison", "offline");
    }

    @Test
    void shouldRefuseABuiltInNameForARuleSetOfOnesOwn() {
        assertThatThrownBy(() ->
                        RuleSetText.read("level-31", RuleSetText.builtIn("31").orElseThrow()))
                .isInstanceOf(RuleTextException.class)
                .hasMessage("level-31:2:7: name 'level-31' is kept for built-in rule sets, expected one that is not a"
                        + " number, capture or level-…");
    }

    private static RuleSet readBuiltIn(String name) throws RuleTextException {
        return RuleSetText.compiled(
                name, RuleSetDocumentReader.read(name, RuleSetText.builtIn(name).orElseThrow(), true));
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(BuiltInRuleSets.CAPTURE, "31-e", "level-0-e"));
        for (int level = 0; level <= BuiltInRuleSets.MAX_LEVEL; level++) {
            names.add("level-" + level);
        }
        return names;
    }

    private static List<ChunkDescriptors> dump(Random random, PageFacts facts) {
        List<ChunkDescriptors> chunks = new ArrayList<>();
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            ChunkDescriptors descriptors = new ChunkDescriptors();
            descriptors.begin(Chunk.firstPfn(chunk));
            while (descriptors.pages() < PAGES) {
                Descriptor page = RandomDescriptors.one(random, facts);
                int run = random.nextInt(3) == 0 ? 1 + random.nextInt(40) : 1;
                descriptors.append(
                        page.flags(), page.mapcount(), page.shape(), Math.min(run, PAGES - descriptors.pages()));
            }
            chunks.add(descriptors);
        }
        return chunks;
    }

    private static int[] decided(VerdictEngine engine, ChunkDescriptors chunk) {
        VerdictRuns verdict = new VerdictRuns();
        engine.decide(chunk, verdict);
        int[] runs = new int[verdict.runs()];
        for (int run = 0; run < verdict.runs(); run++) {
            runs[run] = verdict.length(run) * 64 + verdict.reason(run);
        }
        return runs;
    }
}
