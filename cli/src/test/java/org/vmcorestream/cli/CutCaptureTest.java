// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** A capture that was cut behind its early pages gives a file that opens. */
class CutCaptureTest {
    private static final String CUT = "cut at the first page that is not early";

    /** Free page frames of the guest, between those of the kernel. */
    private static final PfnRun FREE = new PfnRun(0x800, 0xc00);

    private static final RuleSet LEVEL = BuiltInRuleSets.level(1);

    @TempDir
    private Path folder;

    @Test
    void shouldHaveEveryEarlyPageInTheFile() throws Exception {
        Path guest = SyntheticVmcore.write(
                        folder.resolve("guest.elf"),
                        String.join(
                                "\n",
                                "kernel 6.16",
                                "memory 0-16M",
                                "memory 1G-1032M",
                                "pages 0x800 buddy order=10",
                                "panic \"cut\""))
                .file();
        try (Line line = new Line(folder, 2);
                Vmcore whole = Vmcore.open(guest);
                Vmcore failing = HookedVmcore.ofPages(Vmcore.open(guest), CutCaptureTest::fail)) {
            Line.Sink sink = line.sink("cut", folder.resolve("files"), Optional.empty(), 1);
            assertThatThrownBy(() -> line.capture(failing, LEVEL, List.of(LEVEL.name()), PageCodec.ZSTD, 1L << 30))
                    .hasMessage(CUT);

            DumpFile file = sink.next();

            assertThat(file.getComplete()).isFalse();
            assertThat(file.getMissingPages()).isEqualTo(FREE.pages());
            assertThat(file.getProblems()).contains("all early pages came: those of the kernel itself are there");
            try (Vmcore cut = Vmcore.open(FileCheck.path(file))) {
                assertThat(cut.incomplete()).isTrue();
                assertThat(cut.kernelLog().text())
                        .isEqualTo(whole.kernelLog().text())
                        .isNotEmpty();
                assertThat(cut.memory().backedRuns())
                        .containsExactly(
                                new PfnRun(0, FREE.firstPfn()),
                                new PfnRun(FREE.endPfn(), 0x1000),
                                new PfnRun(0x40000, 0x40800));
            }
        }
    }

    /** The files stay in {@code target/cut}: programs that nobody here wrote open them too ({@code .ci/readers}). */
    @Test
    void shouldOpenARealDumpThatWasCut() throws Exception {
        Path files = Files.createDirectories(Path.of("target", "cut"));
        List<ExpectedDump> dumps = ExpectedDump.all().stream()
                .filter(dump -> dump.name().matches("linux-7.2-demo|linux-6.1"))
                .toList();
        try (Line line = new Line(folder, 2)) {
            Line.Sink sink = line.sink("cut", folder.resolve("files"), Optional.empty(), 1);
            for (ExpectedDump dump : dumps) {
                for (int level : new int[] {1, 31}) {
                    Path path = cut(dump, level, line, sink);
                    String name = dump.name() + "-level-" + level + ".kdump";
                    Files.copy(path, files.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private Path cut(ExpectedDump dump, int level, Line line, Line.Sink sink) throws Exception {
        Path elf = dump.vmcore(folder);
        RuleSet rules = BuiltInRuleSets.level(level);
        BitSet kernel = dump.kept(31);
        try (Vmcore whole = Vmcore.open(elf);
                Vmcore failing = HookedVmcore.ofPages(
                        Vmcore.open(elf), level == 31 ? atTheEndOf(whole.memmap()) : behindEarlyPages(kernel))) {
            assertThatThrownBy(() -> line.capture(failing, rules, List.of(rules.name()), PageCodec.LZO, 1L << 30))
                    .hasMessage(CUT);
            DumpFile file = sink.next();
            assertThat(file.getComplete()).isFalse();
            assertThat(file.getMissingPages()).isPositive();
            BitSet lost = (BitSet) kernel.clone();
            try (Vmcore cut = Vmcore.open(FileCheck.path(file))) {
                assertThat(cut.kernelLog().text())
                        .isEqualTo(whole.kernelLog().text())
                        .isNotEmpty();
                for (PfnRun run : cut.memory().backedRuns()) {
                    lost.clear((int) run.firstPfn(), (int) run.endPfn());
                }
            }
            SparsePfnBitmap memmap = whole.memmap();
            assertThat(lost.stream().filter(pfn -> level != 31 || memmap.nextSet(pfn) != pfn))
                    .as("%s, level %d: pages of the kernel that are not there", dump, level)
                    .isEmpty();
            return FileCheck.path(file);
        }
    }

    /** What level 31 leaves out is never early, in whichever order threads read. */
    private static HookedVmcore.PageHook behindEarlyPages(BitSet kernel) {
        return (firstPfn, pages) -> {
            if (kernel.nextClearBit((int) firstPfn) < firstPfn + pages) {
                throw new IOException(CUT);
            }
        };
    }

    private static HookedVmcore.PageHook atTheEndOf(SparsePfnBitmap memmap) {
        long last = memmap.nextSet(0);
        for (long next = last; next >= 0; next = memmap.nextSet(next + 1)) {
            last = next;
        }
        long cutAt = last;
        return (firstPfn, pages) -> {
            if (firstPfn <= cutAt && cutAt < firstPfn + pages) {
                throw new IOException(CUT);
            }
        };
    }

    private static void fail(long firstPfn, int pages) throws IOException {
        if (firstPfn + pages > FREE.firstPfn() && firstPfn < FREE.endPfn()) {
            throw new IOException(CUT);
        }
    }
}
