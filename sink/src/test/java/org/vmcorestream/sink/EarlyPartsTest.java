// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;

/** Dumps of several parts, each with early pages of its own. */
class EarlyPartsTest {
    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    /** Any share of the pages, in runs of any length. */
    private static LongPredicate some(Random random) {
        int salt = random.nextInt();
        int run = 1 << random.nextInt(9);
        int share = random.nextInt(11);
        return pfn -> Math.floorMod(Long.hashCode(pfn / run * 0x9e3779b97f4a7c15L + salt), 10) < share;
    }

    private DumpFile make(SampleDump dump, int part, DumpState state) {
        int before = harness.outbox.files.size();
        AssemblyOrder order = new AssemblyOrder(dump.plan(state, part), SampleDump.RULE_SET, true, Optional.empty());
        assertThat(harness.run(new Assembly(order, harness.tools(), harness))).isEqualTo(Step.DONE);
        assertThat(harness.failures).isEmpty();
        assertThat(harness.outbox.files).hasSize(before + 1);
        return harness.outbox.files.get(before);
    }

    private Path part(SampleDump dump, int number) {
        return folder.resolve(dump.dumpId + "-" + (number + 1) + "of" + dump.manifest.getParts() + ".kdump");
    }

    /** Early pages of all parts before their stripes, as captures send parts in turns. */
    private static void send(SampleDump dump) {
        dump.log().verdicts();
        for (int part = 0; part < dump.manifest.getParts(); part++) {
            dump.pages(Keys.earlyStripe(part));
        }
        dump.pages();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "0, 1, 1", "0, 1, 2"})
    void shouldBecomeTheFileThatOneSinkMakesOfPagesInTheirOrder(int first, int second, int third) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SampleDump plain = new SampleDump(harness.cluster, 4, PageCodec.ZSTD).whole();
        make(plain, 0, DumpState.CAPTURED);
        Path single = Files.move(harness.file(plain), folder.resolve("single"), StandardCopyOption.REPLACE_EXISTING);
        SampleDump dump = new SampleDump(harness.cluster, 5, PageCodec.ZSTD)
                .parts(first, second, third)
                .sendEarly(some(new Random(seed)));
        send(dump);

        for (int part = 0; part <= third; part++) {
            DumpFile file = make(dump, part, DumpState.CAPTURED);
            assertThat(file.getProblems()).isEmpty();
            assertThat(file.getComplete()).isTrue();
        }
        assertThat(assemble(dump)).hasSameBinaryContentAs(single);
    }

    @Test
    void shouldKeepAllThatCameOfEachPartWhereverTheCaptureIsCut() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            SampleDump dump = new SampleDump(harness.cluster, 10 + round, PageCodec.ZSTD)
                    .parts(0, round % 2, 1)
                    .sendEarly(some(random));
            dump.recordsLeft = random.nextInt(50);
            send(dump);
            long missing = 0;
            for (int part = 0; part < 2; part++) {
                DumpFile file = make(dump, part, DumpState.FAILED);
                boolean allEarly = dump.early.get(part).getDataEnd() >= 0;
                assertThat(file.getProblems().contains("all early pages came: those of the kernel itself are there"))
                        .as("seed %d, round %d, part %d", seed, round, part)
                        .isEqualTo(allEarly && file.getMissingPages() > 0);
                missing += file.getMissingPages();
            }
            Path assembled = assemble(dump);
            harness.check(dump, assembled, dump.arrived::contains);
            long expected = LongStream.range(0, SampleDump.END_PFN)
                    .filter(pfn -> dump.present(pfn) && dump.kept(pfn) && !dump.arrived.contains(pfn))
                    .count();
            assertThat(missing).as("seed %d, round %d", seed, round).isEqualTo(expected);
        }
    }

    private Path assemble(SampleDump dump) throws IOException {
        List<Path> parts = new ArrayList<>();
        for (int part = 0; part < dump.manifest.getParts(); part++) {
            parts.add(part(dump, part));
        }
        Path assembled = folder.resolve("assembled");
        Files.deleteIfExists(assembled);
        try (StoredDump split = StoredDump.open(parts)) {
            DumpExport.kdump(split, split.header().codec(), most -> DumpExport.file(assembled), (done, total) -> {});
        }
        return assembled;
    }
}
