// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.VerdictCodec;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpDraft;

/** Verdicts on a guest of 64 TiB take no more memory than those on a small one. */
class LargeGuestTest {
    private static final long END_PFN = 1L << 34;

    /** All that is allocated for the verdicts below, garbage included. Two bitmaps would be 4 GiB, those of vmemmap 256 MiB. */
    private static final long MOST_BYTES = 24L << 20;

    @TempDir
    Path folder;

    @Test
    void shouldCollectVerdictsInBoundedMemory() throws IOException, MalformedRecordException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DumpPlan plan = plan();
        AssemblyOrder order = new AssemblyOrder(plan, SampleDump.RULE_SET, true, Optional.empty());
        List<ChunkVerdict> verdicts = new ArrayList<>();
        for (long chunk = random.nextInt(200); chunk < Chunk.of(END_PFN); chunk += 1 + random.nextInt(4_000)) {
            verdicts.add(verdict(plan, chunk, List.of(new PfnRange(chunk << Chunk.SHIFT, (chunk << Chunk.SHIFT) + 3))));
        }
        Collections.shuffle(verdicts, random);
        Problems problems = new Problems();
        try (GrowingFile file =
                new GrowingFile(order, new AssemblyHarness(folder).tools(), folder.resolve("file"), PageCodec.ZSTD)) {
            long before = allocated();
            KdumpDraft draft = file.open();
            VerdictCollector collector = new VerdictCollector(plan, draft);
            for (ChunkVerdict verdict : verdicts) {
                collector.accept(verdict);
            }
            long bytes = allocated() - before;

            assertThat(bytes).as("seed %d, %d verdicts", seed, verdicts.size()).isLessThan(MOST_BYTES);
            assertThat(draft.kept().cardinality(0, END_PFN)).isEqualTo(100L * verdicts.size());
            ChunkVerdict some = verdicts.get(random.nextInt(verdicts.size()));
            assertThat(draft.kept().nextSet(some.getChunk() << Chunk.SHIFT, END_PFN))
                    .as("seed %d", seed)
                    .isEqualTo(some.getChunk() << Chunk.SHIFT);
            assertThat(draft.noted().cardinality(0, END_PFN)).isEqualTo(3L * verdicts.size());
            assertThat(problems.isEmpty()).isTrue();
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static DumpPlan plan() throws MalformedRecordException {
        SampleDump sample = new SampleDump(new FakeCluster(), 1, PageCodec.ZSTD);
        Dump dump = sample.record(DumpState.CAPTURED);
        dump.getManifest().setEndPfn(END_PFN);
        dump.getManifest().setPresent(List.of(new PfnRange(0L, END_PFN)));
        dump.setStripes(List.of(dump.getStripes().get(0)));
        dump.getStripes().get(0).setEndPfn(END_PFN);
        return DumpPlan.of(dump, sample.dumpId, 2);
    }

    /** Keeps the first 100 pages of a chunk. */
    private static ChunkVerdict verdict(DumpPlan plan, long chunk, List<PfnRange> vmemmap) {
        VerdictRuns runs = new VerdictRuns();
        runs.begin(chunk << Chunk.SHIFT);
        runs.append(RuleSet.KEPT, 100);
        runs.append(2, Chunk.PAGES - 100);
        ChunkVerdict verdict = new ChunkVerdict();
        verdict.setDumpId(plan.dumpId());
        verdict.setRuleSet(SampleDump.RULE_SET);
        verdict.setStripe(0);
        verdict.setChunk(chunk);
        verdict.setPages(Chunk.PAGES);
        verdict.setReasons(RuleSet.COMMON_REASONS);
        verdict.setRuns(ByteBuffer.wrap(VerdictCodec.encode(runs)));
        verdict.setVmemmap(vmemmap);
        return verdict;
    }
}
