// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Pages of the memory map that verdicts name leave the file, and no others. */
class UnusedVmemmapTest {
    private static final long CHUNK = SampleDump.CHUNK;

    @TempDir
    Path folder;

    private AssemblyHarness harness;
    private SampleDump dump;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        dump = harness.dump(1);
    }

    private static List<PfnRange> ranges(long... firstAndEnd) {
        return LongStream.range(0, firstAndEnd.length / 2)
                .mapToObj(i -> new PfnRange(firstAndEnd[(int) (2 * i)], firstAndEnd[(int) (2 * i + 1)]))
                .toList();
    }

    /** Says that page frames leave, as far as they were kept; says how many these are. */
    private long expectDropped(long first, long end) {
        long before = dump.dropped.size();
        LongStream.range(first, end)
                .filter(pfn -> dump.present(pfn) && dump.kept(pfn))
                .forEach(dump.dropped::add);
        return dump.dropped.size() - before;
    }

    private static long count(DumpFile file, String reason) {
        return file.getCounts().stream()
                .filter(count -> count.getReason().equals(reason))
                .mapToLong(ReasonCount::getPages)
                .sum();
    }

    @Test
    void shouldTakeThemOutOfAnyStripe() throws IOException {
        dump.vmemmap.put(0, ranges(3, 90, CHUNK + 100, CHUNK + 200));
        dump.vmemmap.put(1, ranges(2 * CHUNK + 10, 2 * CHUNK + 300));
        dump.vmemmap.put(2, ranges(200, 203));
        dump.whole();
        long dropped = expectDropped(3, 90)
                + expectDropped(CHUNK + 100, CHUNK + 200)
                + expectDropped(2 * CHUNK + 10, 2 * CHUNK + 300)
                + expectDropped(200, 203);
        assertThat(dropped).isPositive();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(file.getComplete()).isTrue();
        assertThat(file.getProblems()).isEmpty();
        assertThat(file.getMissingPages()).isZero();
        assertThat(count(file, "vmemmap")).isEqualTo(dropped);
        assertThat(count(file, "kept")).isEqualTo(file.getPagesWritten());
        assertThat(count(file, "free")).isEqualTo(2_400 - file.getPagesWritten() - dropped);
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.status()).isEqualTo(0x30);
            assertThat(read.keptPages()).isEqualTo(file.getPagesWritten());
        }
    }

    @Test
    void shouldSayNothingOfVmemmapWhereNoneLeft() throws IOException {
        dump.vmemmap.put(0, ranges(600, 700, 752, 756));
        dump.whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(file.getCounts()).noneMatch(count -> count.getReason().equals("vmemmap"));
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.status()).isEqualTo(0x20);
        }
    }

    @Test
    void shouldGiveTheSameBytesInWhateverOrderVerdictsCome() throws IOException {
        dump.vmemmap.put(0, ranges(3, 90));
        dump.vmemmap.put(2, ranges(CHUNK + 100, CHUNK + 200));
        dump.whole();
        harness.make(dump, DumpState.CAPTURED);
        byte[] first = Files.readAllBytes(harness.file(dump));

        AssemblyHarness other = new AssemblyHarness(folder);
        SampleDump again = other.dump(1);
        again.vmemmap.putAll(dump.vmemmap);
        again.log()
                .verdict(2, SampleDump.RULE_SET)
                .verdict(1, SampleDump.RULE_SET)
                .verdict(0, SampleDump.RULE_SET)
                .pages()
                .announce(DumpState.CAPTURED);
        other.make(again, DumpState.CAPTURED);

        assertThat(Files.readAllBytes(other.file(again))).isEqualTo(first);
    }

    @Test
    void shouldKeepThemInChunksWithoutAVerdict() throws IOException {
        dump.vmemmap.put(0, ranges(CHUNK + 100, CHUNK + 200));
        dump.vmemmap.put(2, ranges(100, 110));
        dump.log()
                .verdict(0, SampleDump.RULE_SET)
                .verdictEnd(1, SampleDump.RULE_SET, 0)
                .verdict(2, SampleDump.RULE_SET)
                .pages()
                .announce(DumpState.CAPTURED);
        long dropped = expectDropped(100, 110);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(count(file, "vmemmap")).isEqualTo(dropped);
        try (KdumpFile read = KdumpFile.open(harness.file(dump))) {
            assertThat(read.kept(105)).isFalse();
            for (long pfn = CHUNK + 100; pfn < CHUNK + 200; pfn++) {
                assertThat(read.kept(pfn)).isTrue();
            }
        }
    }

    @Test
    void shouldDropThemOnceWhenTheSameVerdictComesTwice() throws IOException {
        dump.vmemmap.put(0, ranges(3, 90));
        dump.log().repeated(0, SampleDump.RULE_SET).verdicts().pages().announce(DumpState.CAPTURED);
        long dropped = expectDropped(3, 90);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(count(file, "vmemmap")).isEqualTo(dropped);
    }

    @ParameterizedTest
    @CsvSource({"3,89", "4,90", "400,410", "0,0"})
    void shouldDropNoneWhenTwoVerdictsOnAChunkNameOtherPages(long first, long end) throws IOException {
        dump.vmemmap.put(0, first == end ? List.of() : ranges(first, end));
        dump.vmemmap.put(1, ranges(5, 6));
        dump.log().repeated(0, SampleDump.RULE_SET);
        dump.vmemmap.put(0, ranges(3, 90));
        dump.verdicts().pages().announce(DumpState.CAPTURED);

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        harness.check(dump, harness.file(dump));
        assertThat(count(file, "vmemmap")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-1 5         | names unused vmemmap from page frame -1 to before 5, expected ranges",
                "5 5          | names unused vmemmap from page frame 5 to before 5, expected ranges",
                "9 5          | names unused vmemmap from page frame 9 to before 5, expected ranges",
                "1 66037      | names unused vmemmap from page frame 1 to before 66037, expected ranges",
                "10 20 15 30  | names unused vmemmap from page frame 15 to before 30, expected ranges ascending and apart within 21 to 66036",
                "10 20 20 30  | names unused vmemmap from page frame 20 to before 30, expected ranges",
                "10 20 3 5    | names unused vmemmap from page frame 3 to before 5, expected ranges",
                "0 8193       | names 8193 pages of unused vmemmap, expected at most 8192"
            })
    void shouldRefuseAVerdictThatNamesWhatCannotBe(String ranges, String problem) {
        long[] borders = Arrays.stream(ranges.strip().split(" +"))
                .mapToLong(Long::parseLong)
                .toArray();
        dump.vmemmap.put(1, ranges(borders));
        dump.whole();

        DumpFile file = harness.make(dump, DumpState.CAPTURED);

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getProblems()).anyMatch(line -> line.contains("verdict on chunk 1 " + problem.strip()));
        assertThat(count(file, "vmemmap")).isZero();
    }
}
