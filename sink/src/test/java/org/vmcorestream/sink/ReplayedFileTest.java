// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.sink.ReplayBench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** What an assembly makes for a replay: from which verdicts and pages, and what it says of those that are missing. */
class ReplayedFileTest {
    private static final String DATA = SampleDump.TOPICS.pageData();
    private static final String VERDICTS = SampleDump.TOPICS.verdicts();
    private static final String FILES = SampleDump.TOPICS.dumpFiles();
    private static final String OTHER = "mine@3";

    @TempDir
    private Path folder;

    private ReplayBench bench;
    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        bench = new ReplayBench(folder);
        harness = bench.harness;
    }

    @Test
    void shouldGiveTheSameBytesUnderTheOriginalRuleSet() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        DumpFile first = harness.make(dump, DumpState.CAPTURED);
        byte[] expected = Files.readAllBytes(harness.file(dump));
        Files.delete(harness.file(dump));
        // Others write between, and compaction took the verdicts that the first file was made of.
        SampleDump other = harness.dump(2);
        SampleReplay replay = replay(dump, 1);
        for (int stripe = 0; stripe < 3; stripe++) {
            other.verdict(stripe, SampleDump.RULE_SET);
            replay.verdict(stripe);
        }
        other.verdicts();
        harness.cluster.dropBefore(VERDICTS, 0, 4);

        DumpFile again = bench.make(replay);

        assertThat(Files.readAllBytes(harness.file(dump))).isEqualTo(expected);
        assertThat(again.getComplete()).isTrue();
        assertThat(again.getProblems()).isEmpty();
        assertThat(again.getDigest()).isEqualTo(first.getDigest());
        assertThat(again.getReplayId()).isEqualTo(SampleReplay.id(1));
        assertThat(first.getReplayId()).isEmpty();
        assertThat(bench.isDone(again, SampleReplay.id(1))).isTrue();
        assertThat(harness.finished).containsExactly(first, again);
    }

    @Test
    void shouldReadOnlyTheVerdictsAtThePlacesNamed() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.keeps = pfn -> true;
        dump.whole();
        dump.keeps = pfn -> pfn % 16 >= 8;
        SampleReplay replay = replay(dump, 1).verdicts();
        dump.keeps = pfn -> pfn % 16 >= 12;
        dump.verdicts();
        dump.keeps = pfn -> pfn % 16 >= 8;

        DumpFile file = bench.make(replay);

        harness.check(dump, harness.file(dump));
        assertThat(file.getComplete()).isTrue();
    }

    @Test
    void shouldReadOnlyTheStripeThatAPlaceIsOf() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        // Stripes 0 and 2 are on one partition; the place of 0 reaches over the verdict on 2.
        long first = harness.cluster.end(VERDICTS, 0);
        dump.verdict(2, SampleDump.RULE_SET).verdict(0, SampleDump.RULE_SET);
        long last = harness.cluster.end(VERDICTS, 0) - 1;
        SampleReplay replay = replay(dump, 1).place(0, 0, first, last).verdict(1);

        DumpFile file = bench.make(replay);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).first().asString().startsWith("no verdict on 500 pages from pfn 65536 on");
    }

    @Test
    void shouldNameTheFileOfAPublishedRuleSetWithItsVersion() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        SampleReplay replay = new SampleReplay(dump, OTHER, 1, 5_000).verdicts();
        AssemblyOrder order =
                new AssemblyOrder(dump.plan(DumpState.CAPTURED), OTHER, false, Optional.of(replay.plan()));

        assertThat(harness.run(new Assembly(order, harness.tools(), harness))).isEqualTo(Step.DONE);

        Path file = folder.resolve(dump.dumpId + "." + OTHER + ".kdump");
        harness.check(dump, file);
        assertThat(harness.outbox.files).singleElement().satisfies(made -> {
            assertThat(made.getRuleSet()).isEqualTo(OTHER);
            assertThat(made.getComplete()).isTrue();
        });
        try (KdumpFile read = KdumpFile.open(file)) {
            assertThat(read.header().level()).isEqualTo(31);
        }
    }

    @Test
    void shouldWaitForVerdictsThatCannotBeSeenYet() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        SampleReplay replay =
                replay(dump, 1).place(0, 0, 0, 1).place(1, 1, 0, 1).place(2, 0, 2, 3);
        Assembly assembly = harness.replay(dump, DumpState.CAPTURED, replay.plan());
        assertThat(harness.run(assembly)).isEqualTo(Step.IDLE);
        dump.verdicts();

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getComplete()).isTrue();
        harness.check(dump, harness.file(dump));
    }

    @Test
    void shouldNotWaitForVerdictsThatNoTransactionCanHide() {
        SampleDump dump = harness.dump(1).whole();
        SampleReplay replay = replay(dump, 1).verdict(0).verdict(1).place(2, 0, 0, Long.MAX_VALUE - 1);
        Assembly assembly = harness.replay(dump, DumpState.CAPTURED, replay.plan());

        assertThat(harness.run(assembly)).isEqualTo(Step.DONE);

        assertThat(harness.outbox.files.get(0).getProblems())
                .contains("stripe 2: no verdict on it ends at " + VERDICTS + "-0 offset " + (Long.MAX_VALUE - 1));
    }

    @Test
    void shouldGiveUpPlacesBehindTheEndOfVerdicts() {
        SampleDump dump = harness.dump(1).log().pages();
        SampleReplay replay =
                replay(dump, 1).verdict(0).place(1, 1, 500_000, 500_001).place(2, 0, 0, 500_001);

        DumpFile file = bench.make(replay);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems())
                .anyMatch(line -> line.startsWith("stripe 1: the retention of verdicts passed"))
                .contains("stripe 2: no verdict on it ends at " + VERDICTS + "-0 offset 500001");
    }

    @Test
    void shouldKeepThePagesOfVerdictsThatRetentionTook() throws IOException {
        SampleDump dump = harness.dump(1);
        dump.captured = pfn -> true;
        dump.log().pages();
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(VERDICTS, 0, 1);

        DumpFile file = bench.make(replay);

        assertThat(file.getProblems())
                .contains("stripe 0: 0 verdicts on chunks came, 1 were written")
                .anyMatch(line -> line.startsWith("stripe 0: the retention of verdicts passed"));
        assertThat(file.getMissingPages()).isZero();
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(0)).isTrue();
            assertThat(read.kept(32_768)).isFalse();
        }
    }

    @Test
    void shouldSayWhatOfAReplayWasNotCapturedAndWhatHasExpired() throws IOException {
        SampleDump dump = harness.dump(1).log().pages();
        dump.keeps = pfn -> true;
        // Two of the four pages that the rule set of the capture calls free were not captured.
        dump.notCaptured = List.of(new ReasonCount("free", 70L), new ReasonCount("offline", 3L));
        SampleReplay replay = replay(dump, 1).verdicts();
        harness.cluster.dropBefore(DATA, 0, dump.batchOffsets.get(0).get(4));

        DumpFile file = bench.make(replay);

        assertThat(file.getMissing())
                .extracting(ReasonCount::getReason)
                .containsExactly("not captured: free", "not captured: offline", "not captured: unknown", "expired");
        assertThat(file.getProblems())
                .anyMatch(line -> line.endsWith("pages have expired: topic page-data no longer holds them"))
                .anyMatch(line ->
                        line.matches("\\d+ pages were never captured \\(free \\d+, offline \\d+, unknown \\d+\\)"));
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.incomplete()).isTrue();
        }
    }

    @Test
    void shouldMakeWhatThereIsOfADumpThatFailed() throws IOException {
        SampleDump dump = harness.dump(1).log().pages(0).batches(1);
        SampleReplay replay = replay(dump, 1).verdict(0).verdict(1);

        DumpFile file = bench.make(replay, DumpState.FAILED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).last().isEqualTo("the capture failed: host died");
        assertThat(file.getMissing()).extracting(ReasonCount::getReason).containsExactly("lost");
        assertThat(Files.exists(harness.file(dump))).isTrue();
    }

    @Test
    void shouldNotWriteTheKernelLogAgain() throws IOException {
        SampleDump dump = harness.dump(1).whole();
        Path log = folder.resolve(dump.dumpId + "-dmesg.txt");
        Files.writeString(log, "noted by hand");

        bench.make(replay(dump, 1).verdicts());

        assertThat(log).hasContent("noted by hand");
    }
}
