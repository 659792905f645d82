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
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.DumpExport;
import org.vmcorestream.vmcore.kdump.StoredDump;

/** What assemblies make of the parts of a dump, and what joining them gives. */
class PartFilesTest {
    private static final long CHUNK = SampleDump.CHUNK;

    @TempDir
    private Path folder;

    private AssemblyHarness harness;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
    }

    private DumpFile make(SampleDump dump, String ruleSet, int part, DumpState state) {
        int before = harness.outbox.files.size();
        AssemblyOrder order = new AssemblyOrder(dump.plan(state, part), ruleSet, true, Optional.empty());
        assertThat(harness.run(new Assembly(order, harness.tools(), harness))).isEqualTo(Step.DONE);
        assertThat(harness.failures).isEmpty();
        assertThat(harness.outbox.files).hasSize(before + 1);
        return harness.outbox.files.get(before);
    }

    /** The file that one sink makes of all of it. */
    private Path single(SampleDump dump, String ruleSet, DumpState state) throws IOException {
        dump.parts(0, 0, 0);
        make(dump, ruleSet, 0, state);
        return Files.move(harness.file(dump), folder.resolve("single"), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path part(SampleDump dump, int number, int count) {
        return folder.resolve(dump.dumpId + "-" + number + "of" + count + ".kdump");
    }

    private DumpExport.Summary assemble(SampleDump dump, int count) throws IOException {
        List<Path> parts = new ArrayList<>();
        for (int part = count; part >= 1; part--) {
            parts.add(part(dump, part, count));
        }
        try (StoredDump split = StoredDump.open(parts)) {
            return DumpExport.kdump(
                    split,
                    split.header().codec(),
                    most -> DumpExport.file(folder.resolve("assembled")),
                    (done, total) -> {});
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ZLIB, level-31, ZLIB",
        "LZO, level-31, LZO",
        "SNAPPY, level-31, SNAPPY",
        "ZSTD, level-31, ZSTD",
        "ZSTD, level-30, ZSTD",
        "LZ4, level-31, ZSTD",
        "LZ4, level-16, SNAPPY",
    })
    void shouldBecomeTheFileThatOneSinkWrites(PageCodec captured, String ruleSet, PageCodec written)
            throws IOException {
        harness.codec = Optional.of(written);
        SampleDump dump = new SampleDump(harness.cluster, 1, captured).log();
        for (int stripe = 0; stripe < 3; stripe++) {
            dump.verdict(stripe, ruleSet);
        }
        dump.pages();
        Path single = single(dump, ruleSet, DumpState.CAPTURED);
        int[][] spreads = {{0, 0, 1}, {0, 1, 1}, {0, 1, 2}};
        for (int[] spread : spreads) {
            dump.parts(spread[0], spread[1], spread[2]);
            int count = spread[2] + 1;
            long pages = 0;
            for (int part = 0; part < count; part++) {
                DumpFile file = make(dump, ruleSet, part, DumpState.CAPTURED);
                Path path = part(dump, part + 1, count);
                assertThat(file.getLocation()).isEqualTo(path.toUri().toString());
                assertThat(file.getPart()).isEqualTo(part);
                assertThat(file.getParts()).isEqualTo(count);
                assertThat(file.getComplete()).as("%s", file.getProblems()).isTrue();
                assertThat(file.getSize()).isEqualTo(Files.size(path));
                assertThat(file.getDigest()).as("CRC-32C with the hole").isEqualTo(crc(path));
                pages += file.getPagesWritten();
            }
            DumpExport.Summary summary = assemble(dump, count);
            assertThat(folder.resolve("assembled")).hasSameBinaryContentAs(single);
            assertThat(summary.pages()).isEqualTo(pages);
            assertThat(summary.size()).isEqualTo(Files.size(single));
            assertThat(summary.incomplete()).isFalse();
        }
    }

    @Test
    void shouldLeaveUnusedVmemmapOutWhicheverStripeNamesIt() throws IOException {
        SampleDump dump = harness.dump(1).log();
        dump.vmemmap.put(0, List.of(new PfnRange(CHUNK + 100, CHUNK + 300)));
        dump.vmemmap.put(2, List.of(new PfnRange(100L, 300L)));
        dump.verdicts().pages();
        Path single = single(dump, SampleDump.RULE_SET, DumpState.CAPTURED);
        dump.parts(0, 1, 2);
        for (int part = 0; part < 3; part++) {
            assertThat(make(dump, SampleDump.RULE_SET, part, DumpState.CAPTURED).getComplete())
                    .isTrue();
        }
        assemble(dump, 3);
        assertThat(folder.resolve("assembled")).hasSameBinaryContentAs(single);
    }

    @Test
    void shouldWriteTheKernelLogBesideTheFirstPartOnly() throws IOException {
        SampleDump dump = harness.dump(1).whole().parts(0, 0, 1);
        make(dump, SampleDump.RULE_SET, 1, DumpState.CAPTURED);
        assertThat(harness.names()).containsExactly(dump.dumpId + "-2of2.kdump");
        make(dump, SampleDump.RULE_SET, 0, DumpState.CAPTURED);
        assertThat(harness.names())
                .containsExactly(dump.dumpId + "-1of2.kdump", dump.dumpId + "-2of2.kdump", dump.dumpId + "-dmesg.txt");
        assertThat(folder.resolve(dump.dumpId + "-dmesg.txt")).hasContent(SampleDump.LOG);
    }

    @Test
    void shouldSayOfEachPartWhetherItIsComplete() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages();
        harness.cluster.replace(
                SampleDump.TOPICS.pageData(), 1, dump.batchOffsets.get(1).get(2), new byte[] {1, 2, 3});
        Path single = single(dump, SampleDump.RULE_SET, DumpState.CAPTURED);
        dump.parts(0, 1, 2);

        DumpFile first = make(dump, SampleDump.RULE_SET, 0, DumpState.CAPTURED);
        DumpFile second = make(dump, SampleDump.RULE_SET, 1, DumpState.CAPTURED);
        DumpFile third = make(dump, SampleDump.RULE_SET, 2, DumpState.CAPTURED);

        assertThat(first.getComplete()).isTrue();
        assertThat(third.getComplete()).isTrue();
        assertThat(second.getComplete()).isFalse();
        assertThat(second.getMissingPages()).isPositive();
        assertThat(second.getProblems()).anyMatch(line -> line.contains("stripe 1: batch 2 did not come"));
        DumpExport.Summary summary = assemble(dump, 3);
        assertThat(summary.incomplete()).isTrue();
        assertThat(summary.missing()).isEqualTo(second.getMissingPages());
        assertThat(folder.resolve("assembled")).hasSameBinaryContentAs(single);
    }

    @Test
    void shouldMakePartsOfACaptureThatFailed() throws IOException {
        SampleDump dump = harness.dump(1).log().verdicts().pages(0).batches(1);
        Path single = single(dump, SampleDump.RULE_SET, DumpState.FAILED);
        dump.parts(0, 1, 2);
        for (int part = 0; part < 3; part++) {
            DumpFile file = make(dump, SampleDump.RULE_SET, part, DumpState.FAILED);
            assertThat(file.getComplete()).isFalse();
            assertThat(file.getProblems()).contains("the capture failed: host died");
        }
        assertThat(assemble(dump, 3).incomplete()).isTrue();
        assertThat(folder.resolve("assembled")).hasSameBinaryContentAs(single);
    }

    @Test
    void shouldMakeAPartWithoutAnyPage() throws IOException {
        SampleDump dump = harness.dump(1).log();
        dump.keeps = pfn -> pfn < CHUNK && pfn % 16 >= 4;
        dump.verdict(0, "level-30")
                .verdict(1, "level-30")
                .verdict(2, "level-30")
                .pages();
        Path single = single(dump, "level-30", DumpState.CAPTURED);
        dump.parts(0, 1, 2);
        for (int part = 0; part < 3; part++) {
            DumpFile file = make(dump, "level-30", part, DumpState.CAPTURED);
            Path path = part(dump, part + 1, 3);
            assertThat(file.getComplete()).isTrue();
            assertThat(file.getSize()).isEqualTo(Files.size(path));
            assertThat(file.getDigest()).isEqualTo(crc(path));
        }
        assemble(dump, 3);
        assertThat(folder.resolve("assembled")).hasSameBinaryContentAs(single);
    }

    private static int crc(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        return (int) crc.getValue();
    }
}
