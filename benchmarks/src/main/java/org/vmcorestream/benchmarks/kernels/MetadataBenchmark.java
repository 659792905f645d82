// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.vmcorestream.benchmarks.Chunks;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.VerdictCodec;

/** The metadata plane: descriptors and verdicts of all chunks of something, level 31. */
@State(Scope.Thread)
public class MetadataBenchmark {
    /** Kind of chunks, or the path of a vmcore. */
    @Param({Chunks.EVERYDAY, Chunks.ALL_DIFFERENT})
    public String input;

    private Chunks chunks;
    private final List<ByteBuffer> encodedDescriptors = new ArrayList<>();
    private final List<VerdictRuns> verdicts = new ArrayList<>();
    private final List<ByteBuffer> encodedVerdicts = new ArrayList<>();
    private final RuleSet ruleSet = BuiltInRuleSets.level(31);
    private final DumpFacts dump = new DumpFacts("7.2.0", "x86_64", "shop", "host-1", "sysrq: Trigger a crash");
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private final VerdictRuns verdict = new VerdictRuns();

    /** Reads the chunks and decides them. */
    @Setup
    public void read() throws IOException {
        chunks = Chunks.named(input);
        VerdictEngine engine = engine();
        for (ChunkDescriptors chunk : chunks.chunks()) {
            encodedDescriptors.add(ByteBuffer.wrap(DescriptorCodec.encode(chunk)));
            VerdictRuns decided = new VerdictRuns();
            engine.decide(chunk, decided);
            verdicts.add(decided);
            encodedVerdicts.add(ByteBuffer.wrap(VerdictCodec.encode(decided)));
        }
    }

    private VerdictEngine engine() {
        return new VerdictEngine(ruleSet, chunks.facts(), dump, chunks.endPfn());
    }

    /** Descriptors to bytes. */
    @Benchmark
    public long encodeDescriptors(Work work) {
        long bytes = 0;
        for (ChunkDescriptors chunk : chunks.chunks()) {
            bytes += DescriptorCodec.encode(chunk).length;
            work.pages += chunk.pages();
        }
        work.stored += bytes;
        return bytes;
    }

    /** Bytes to descriptors. */
    @Benchmark
    public long decodeDescriptors(Work work) throws MalformedRecordException {
        long runs = 0;
        for (int i = 0; i < encodedDescriptors.size(); i++) {
            decode(i);
            runs += descriptors.runs();
            work.pages += descriptors.pages();
        }
        return runs;
    }

    /** Descriptors to verdicts, with a new engine as for a new stripe. */
    @Benchmark
    public long decide(Work work) {
        VerdictEngine engine = engine();
        long runs = 0;
        for (ChunkDescriptors chunk : chunks.chunks()) {
            engine.decide(chunk, verdict);
            runs += verdict.runs();
            work.pages += verdict.pages();
        }
        return runs;
    }

    /** Bytes to verdicts: what a replay does to a chunk. */
    @Benchmark
    public long decodeAndDecide(Work work) throws MalformedRecordException {
        VerdictEngine engine = engine();
        long runs = 0;
        for (int i = 0; i < encodedDescriptors.size(); i++) {
            decode(i);
            engine.decide(descriptors, verdict);
            runs += verdict.runs();
            work.pages += verdict.pages();
        }
        return runs;
    }

    /** Verdicts to bytes. */
    @Benchmark
    public long encodeVerdicts(Work work) {
        long bytes = 0;
        for (VerdictRuns decided : verdicts) {
            bytes += VerdictCodec.encode(decided).length;
            work.pages += decided.pages();
        }
        work.stored += bytes;
        return bytes;
    }

    /** Bytes to verdicts. */
    @Benchmark
    public long decodeVerdicts(Work work) throws MalformedRecordException {
        long runs = 0;
        int reasons = ruleSet.reasons().size();
        for (int i = 0; i < encodedVerdicts.size(); i++) {
            VerdictRuns decided = verdicts.get(i);
            VerdictCodec.decode(encodedVerdicts.get(i), decided.firstPfn(), decided.pages(), reasons, verdict);
            runs += verdict.runs();
            work.pages += verdict.pages();
        }
        return runs;
    }

    private void decode(int i) throws MalformedRecordException {
        ChunkDescriptors chunk = chunks.chunks().get(i);
        DescriptorCodec.decode(encodedDescriptors.get(i), chunk.firstPfn(), chunk.pages(), descriptors);
    }
}
