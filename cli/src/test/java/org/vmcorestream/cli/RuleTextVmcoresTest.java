// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * The text of the built-in rule sets gives the verdicts of the built-in engine, on every chunk of real vmcores. Those of
 * {@code demo/} and {@code lab/vmcores/} are always there; {@code -Dvmcores.dir=FOLDER} adds those of a folder laid out as
 * {@code demo/} is.
 */
class RuleTextVmcoresTest {
    @TempDir
    private static Path folder;

    static List<ExpectedDump> vmcores() {
        return ExpectedDump.all();
    }

    @ParameterizedTest
    @MethodSource("vmcores")
    void shouldDecideEveryChunkAsTheBuiltInEngineDoes(ExpectedDump expected) throws IOException, RuleTextException {
        try (Vmcore vmcore = Vmcore.open(expected.vmcore(folder))) {
            DumpFacts dump =
                    new DumpFacts(vmcore.kernel().release(), vmcore.kernel().machine(), "", "", "");
            long end = vmcore.memory().endPfn();
            List<Pair> pairs = new ArrayList<>();
            for (String name : names()) {
                pairs.add(new Pair(
                        new VerdictEngine(BuiltInRuleSets.named(name).orElseThrow(), vmcore.pageFacts(), dump, end),
                        new VerdictEngine(text(name), vmcore.pageFacts(), dump, end)));
            }
            ChunkDescriber describer = vmcore.describer();
            ChunkDescriptors chunk = new ChunkDescriptors();
            for (long i = 0; i <= Chunk.of(end - 1); i++) {
                describer.describe(i, chunk);
                for (Pair pair : pairs) {
                    pair.compare(chunk);
                }
            }
            for (Pair pair : pairs) {
                assertThat(pair.text.pagesByReason()).as(pair.name()).isEqualTo(pair.builtIn.pagesByReason());
                assertThat(pair.text.anomalies()).as(pair.name()).isEqualTo(pair.builtIn.anomalies());
                assertThat(pair.text.ruleSet().reasons())
                        .as(pair.name())
                        .isEqualTo(pair.builtIn.ruleSet().reasons());
            }
        }
    }

    private static List<String> names() {
        return Stream.concat(
                        Stream.of(BuiltInRuleSets.CAPTURE),
                        IntStream.rangeClosed(0, BuiltInRuleSets.MAX_LEVEL).mapToObj(Integer::toString))
                .toList();
    }

    /** Read under another name, for those of built-in rule sets are theirs alone. */
    private static RuleSet text(String name) throws RuleTextException {
        String yaml = RuleSetText.builtIn(name).orElseThrow().replaceFirst("(?m)^name: .*$", "name: text");
        return RuleSetText.read(name, yaml);
    }

    private record Pair(VerdictEngine builtIn, VerdictEngine text, VerdictRuns expected, VerdictRuns found) {
        Pair(VerdictEngine builtIn, VerdictEngine text) {
            this(builtIn, text, new VerdictRuns(), new VerdictRuns());
        }

        String name() {
            return builtIn.ruleSet().name();
        }

        void compare(ChunkDescriptors chunk) {
            builtIn.decide(chunk, expected);
            text.decide(chunk, found);
            assertThat(found.runs()).as("%s, from %d", name(), chunk.firstPfn()).isEqualTo(expected.runs());
            for (int run = 0; run < found.runs(); run++) {
                if (found.length(run) != expected.length(run) || found.reason(run) != expected.reason(run)) {
                    assertThat(found.length(run) + " pages of " + found.reason(run))
                            .as("%s, from %d, run %d", name(), chunk.firstPfn(), run)
                            .isEqualTo(expected.length(run) + " pages of " + expected.reason(run));
                }
            }
        }
    }
}
