// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpFile;
import org.vmcorestream.vmcore.kdump.PageDescriptor;

/** A sink without a broker: topics in memory, a clock that is told the time, real files in a folder. */
final class AssemblyHarness implements KernelLogs, SinkService.Listener {
    static final Duration STALL = Duration.ofMinutes(5);
    private static final int MAX_STEPS = 10_000;

    final FakeCluster cluster = new FakeCluster();
    final FakeOutbox outbox = new FakeOutbox(cluster);
    final FakeClock clock = new FakeClock();
    final List<String> failures = new ArrayList<>();
    final List<DumpFile> finished = new ArrayList<>();
    final List<DumpFile> kept = new ArrayList<>();
    final List<Long> progress = new ArrayList<>();
    final Path folder;
    StageTools.Writers writers = KdumpDraft::begin;
    Optional<PageCodec> codec = Optional.empty();
    SharedReaders readers = new SharedReaders(cluster, 100, clock);
    FilePlaces places = new FilePlaces(100);
    DiskSpace disks = new DiskSpace(Files::getFileStore);
    final List<String> waiting = new ArrayList<>();
    FinishedFiles done = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);

    AssemblyHarness(Path folder) {
        this.folder = folder;
    }

    StageTools tools() {
        return new StageTools(
                SampleDump.TOPICS,
                "sink-1",
                readers,
                outbox,
                writers,
                (manifest, ruleSet, primary) ->
                        folder.resolve(manifest.getDumpId() + (primary ? "" : "." + ruleSet) + ".kdump"),
                codec,
                done,
                this,
                STALL,
                Duration.ofSeconds(10),
                clock,
                places,
                disks);
    }

    SampleDump dump(long seed) {
        return new SampleDump(cluster, seed, PageCodec.ZSTD);
    }

    Assembly assembly(SampleDump dump, DumpState state) {
        AssemblyOrder order = new AssemblyOrder(dump.plan(state), SampleDump.RULE_SET, true, Optional.empty());
        return new Assembly(order, tools(), this);
    }

    /** The assembly of a replay under the rule set that the dump had first. */
    Assembly replay(SampleDump dump, DumpState state, ReplayPlan replay) {
        AssemblyOrder order = new AssemblyOrder(dump.plan(state), replay.ruleSet(), true, Optional.of(replay));
        return new Assembly(order, tools(), this);
    }

    /** Steps until there is nothing to do. */
    Step run(Assembly assembly) {
        for (int i = 0; i < MAX_STEPS; i++) {
            Step step = assembly.step();
            if (step != Step.PROGRESS) {
                return step;
            }
        }
        throw new AssertionError("does not come to an end");
    }

    /** Makes the file of a dump whose records are all there. */
    DumpFile make(SampleDump dump, DumpState state) {
        int before = outbox.files.size();
        assertThat(run(assembly(dump, state))).isEqualTo(Step.DONE);
        assertThat(failures).isEmpty();
        assertThat(outbox.files).hasSize(before + 1);
        return outbox.files.get(before);
    }

    Path file(SampleDump dump) {
        return folder.resolve(dump.dumpId + ".kdump");
    }

    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Checks every page of a file: kept and captured ones hold their bytes, other kept ones are missing. */
    void check(SampleDump dump, Path path) throws IOException {
        check(dump, path, pfn -> dump.captured.test(pfn));
    }

    void check(SampleDump dump, Path path, LongPredicate there) throws IOException {
        try (KdumpFile file = KdumpFile.open(path)) {
            ByteBuffer page = ByteBuffer.allocateDirect(SampleDump.PAGE_SIZE);
            for (long pfn = 0; pfn < SampleDump.END_PFN; pfn++) {
                boolean present = dump.present(pfn);
                boolean kept = present && dump.kept(pfn);
                assertThat(file.present(pfn)).as("pfn %d present", pfn).isEqualTo(present);
                assertThat(file.kept(pfn)).as("pfn %d kept", pfn).isEqualTo(kept);
                if (kept && there.test(pfn)) {
                    file.readPage(pfn, page.clear());
                    byte[] bytes = new byte[SampleDump.PAGE_SIZE];
                    page.flip().get(bytes);
                    assertThat(bytes).as("pfn %d", pfn).isEqualTo(SampleDump.page(pfn));
                } else if (kept) {
                    assertThat(file.descriptor(pfn)).as("pfn %d", pfn).isEqualTo(PageDescriptor.MISSING);
                }
            }
        }
    }

    @Override
    public LogPlace place(String dumpId) {
        return null;
    }

    @Override
    public int partitions() {
        return 2;
    }

    @Override
    public void copying(String dumpId, String ruleSet, long done, long total) {
        assertThat(done).isPositive().isLessThanOrEqualTo(total);
        progress.add(done);
    }

    @Override
    public void finished(DumpFile file) {
        finished.add(file);
    }

    @Override
    public void kept(DumpFile file) {
        kept.add(file);
    }

    @Override
    public void waiting(String dumpId, String ruleSet, String problem) {
        waiting.add(problem);
    }

    @Override
    public void failed(String dumpId, String ruleSet, String problem) {
        failures.add(problem);
    }
}
