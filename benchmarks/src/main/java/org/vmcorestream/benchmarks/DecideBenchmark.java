// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/** Deciding all chunks of something, once an operation, as the processor does it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class DecideBenchmark {
    /** Level 31 as code. */
    static final String BUILT_IN = "built-in-31";

    /** Level 31 as its text says it, in CEL. */
    static final String TEXT = "text-31";

    /** The example of 20 rules in CEL. */
    static final String TWENTY = "twenty-rules";

    /** Rule set. */
    @Param({BUILT_IN, TEXT, TWENTY})
    public String rules;

    /** Kind of chunks, or the path of a vmcore. */
    @Param({Chunks.EVERYDAY, Chunks.ALL_DIFFERENT})
    public String pages;

    private Chunks chunks;
    private RuleSet ruleSet;
    private DumpFacts dump;
    private final VerdictRuns verdict = new VerdictRuns();

    /** Reads rules and chunks. */
    @Setup
    public void read() throws IOException, RuleTextException {
        chunks = Chunks.named(pages);
        dump = new DumpFacts(chunks.kernelRelease(), "x86_64", "shop", "host-1", "sysrq: Trigger a crash");
        ruleSet = switch (rules) {
            case BUILT_IN -> BuiltInRuleSets.level(31);
            case TEXT ->
                RuleSetText.read(
                        TEXT, RuleSetText.builtIn("31").orElseThrow().replace("name: level-31", "name: text-31"));
            default -> RuleSetText.read(rules, example(rules));
        };
    }

    private static String example(String name) throws IOException {
        try (InputStream in = DecideBenchmark.class.getResourceAsStream(name + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Decides all chunks with a new engine, as for a new stripe; returns what the JIT may not leave out. */
    @Benchmark
    public long decide() {
        VerdictEngine engine = new VerdictEngine(ruleSet, chunks.facts(), dump, chunks.endPfn());
        long runs = 0;
        for (ChunkDescriptors chunk : chunks.chunks()) {
            engine.decide(chunk, verdict);
            runs += verdict.runs();
        }
        return runs;
    }
}
