// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/**
 * Real vmcores through broker, processor and sink, compared bit by bit with makedumpfile's files. Those of {@code demo/} and
 * {@code lab/vmcores/} are always there; {@code -Dvmcores.dir=FOLDER} adds those of a folder laid out as {@code demo/} is.
 */
class RealVmcoresTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private static Path folder;

    private static Line line;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, 4);
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
    }

    static List<ExpectedDump> vmcores() {
        return ExpectedDump.all();
    }

    @ParameterizedTest
    @MethodSource("vmcores")
    void shouldMakeTheFilesOfAllLevelsFromOneCapture(ExpectedDump expected) throws Exception {
        List<String> levels = IntStream.rangeClosed(0, BuiltInRuleSets.MAX_LEVEL)
                .mapToObj(level -> BuiltInRuleSets.level(level).name())
                .toList();
        Path elf = expected.vmcore(folder);
        Set<String> made = new TreeSet<>();
        Line.Sink sink = line.sink("all-levels-" + expected, folder.resolve("all"), Optional.empty(), 1);
        try (ElfPages input = new ElfPages(elf);
                Vmcore vmcore = Vmcore.open(elf)) {
            Capture.Result captured = line.capture(vmcore, BuiltInRuleSets.level(0), levels, PageCodec.ZSTD, GIB);
            FileCheck check = new FileCheck(expected, input);
            while (made.size() < levels.size()) {
                DumpFile file = sink.next();
                if (file.getDumpId().equals(captured.dumpId())) {
                    check.isOfLevel(file, Integer.parseInt(file.getRuleSet().substring("level-".length())));
                    made.add(file.getRuleSet());
                }
                Files.delete(FileCheck.path(file));
            }
        } finally {
            sink.close();
        }
        assertThat(made).containsExactlyInAnyOrderElementsOf(levels);
    }

    static Stream<Object[]> vmcoresAndLevels() {
        return vmcores().stream().flatMap(dump -> Stream.of(new Object[] {dump, 17}, new Object[] {dump, 31}));
    }

    @ParameterizedTest
    @MethodSource("vmcoresAndLevels")
    void shouldMakeTheSameFileWhenOnlyWhatItNeedsIsCaptured(ExpectedDump expected, int level) throws Exception {
        RuleSet ruleSet = BuiltInRuleSets.level(level);
        makeAndCheck(expected, ruleSet, level, PageCodec.ZSTD, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(
            value = PageCodec.class,
            names = {"ZLIB", "LZO", "SNAPPY", "ZSTD"})
    void shouldKeepTheCodecOfTheCapture(PageCodec codec) throws Exception {
        assertThat(makeAndCheck(ExpectedDump.demo(), Line.DEFAULT, 31, codec, Optional.empty()))
                .isEqualTo(codec);
    }

    @ParameterizedTest
    @EnumSource(
            value = PageCodec.class,
            names = {"ZLIB", "LZO", "SNAPPY", "ZSTD"})
    void shouldTurnLz4IntoACodecThatFilesCanHold(PageCodec codec) throws Exception {
        assertThat(makeAndCheck(ExpectedDump.demo(), Line.DEFAULT, 31, PageCodec.LZ4, Optional.of(codec)))
                .isEqualTo(codec);
    }

    @Test
    void shouldTurnLz4IntoZstdWhereNoCodecWasAskedFor() throws Exception {
        assertThat(makeAndCheck(ExpectedDump.demo(), Line.DEFAULT, 31, PageCodec.LZ4, Optional.empty()))
                .isEqualTo(PageCodec.ZSTD);
    }

    @Test
    void shouldTurnOneCodecIntoAnother() throws Exception {
        assertThat(makeAndCheck(ExpectedDump.demo(), Line.DEFAULT, 31, PageCodec.SNAPPY, Optional.of(PageCodec.ZLIB)))
                .isEqualTo(PageCodec.ZLIB);
    }

    @Test
    void shouldLeaveOutUnusedVmemmapOfACaptureThatHasIt() throws Exception {
        ExpectedDump demo = ExpectedDump.demo();
        Path elf = demo.vmcore(folder);
        UnusedVmemmap unused = UnusedVmemmap.ofDemo().get(31);
        Line.Sink sink = line.sink("vmemmap", folder.resolve("vmemmap"), Optional.empty(), 1);
        try (ElfPages input = new ElfPages(elf);
                Vmcore vmcore = Vmcore.open(elf)) {
            RuleSet capture = BuiltInRuleSets.named(unused.ruleSet()).orElseThrow();
            Capture.Result captured = line.capture(vmcore, capture, List.of(unused.ruleSet()), PageCodec.ZSTD, GIB);
            DumpFile file = of(sink, captured.dumpId());
            new FileCheck(demo, input).isOfLevelWithoutUnusedVmemmap(file, unused);
            Files.delete(FileCheck.path(file));
        } finally {
            sink.close();
        }
    }

    private PageCodec makeAndCheck(
            ExpectedDump expected, RuleSet capture, int level, PageCodec codec, Optional<PageCodec> fileCodec)
            throws Exception {
        Path elf = expected.vmcore(folder);
        String group = "make-" + expected + "-" + level + "-" + codec + "-"
                + fileCodec.map(Enum::name).orElse("same");
        Line.Sink sink = line.sink(group, folder.resolve(group), fileCodec, 1);
        try (ElfPages input = new ElfPages(elf);
                Vmcore vmcore = Vmcore.open(elf)) {
            Capture.Result captured = line.capture(
                    vmcore, capture, List.of(BuiltInRuleSets.level(level).name()), codec, GIB);
            DumpFile file = of(sink, captured.dumpId());
            new FileCheck(expected, input).isOfLevel(file, level);
            try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
                assertThat(kdump.header().codec().name())
                        .isEqualTo(file.getCodec().name());
                return kdump.header().codec();
            } finally {
                Files.delete(FileCheck.path(file));
            }
        } finally {
            sink.close();
        }
    }

    /** The file of a dump; files of other dumps that a new group finds in the topics are removed. */
    private static DumpFile of(Line.Sink sink, String dumpId) throws Exception {
        while (true) {
            DumpFile file = sink.next();
            if (file.getDumpId().equals(dumpId)) {
                return file;
            }
            Files.deleteIfExists(FileCheck.path(file));
        }
    }
}
