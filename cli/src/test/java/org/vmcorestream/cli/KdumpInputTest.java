// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.testkit.FlattenedBytes;
import org.vmcorestream.testkit.PageCompression;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.OpenSettings;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Dumps that were made before go through the line once more. */
class KdumpInputTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private static Path folder;

    private static Line line;
    private static Line.Sink sink;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, 2);
        sink = line.sink("input", folder.resolve("files"), Optional.empty(), 2);
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
    }

    private static Map<String, DumpFile> make(Path vmcore, RuleSet capture, String... ruleSets) throws Exception {
        try (Vmcore opened = Vmcore.open(vmcore)) {
            line.capture(opened, capture, List.of(ruleSets), PageCodec.LZO, GIB);
        }
        Map<String, DumpFile> files = new HashMap<>();
        for (int i = 0; i < ruleSets.length; i++) {
            DumpFile file = sink.next();
            files.put(file.getRuleSet(), file);
        }
        return files;
    }

    /** Compresses better than anybody here: its bytes tell who compressed a page. */
    private static final PageCompression SLOW = PageCompression.zlib(Deflater.BEST_COMPRESSION);

    private static Path captured(Vmcore vmcore) throws Exception {
        line.capture(vmcore, BuiltInRuleSets.level(0), List.of("level-0"), PageCodec.ZLIB, GIB);
        DumpFile file = sink.next();
        assertThat(file.getProblems()).isEmpty();
        return FileCheck.path(file);
    }

    @Test
    void shouldTakePagesAsTheyAreStoredUnlessToldOtherwise() throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve("passed.elf"), "memory 0-16M\nfill 700..900 zero\nfill 2000..2400 random seed=3");
        Path stored = SyntheticKdump.of(guest).compression(pfn -> SLOW).write(folder.resolve("passed"));
        OpenSettings usual = OpenSettings.USUAL;
        OpenSettings recompress =
                new OpenSettings(usual.vmcoreInfo(), usual.spool(), usual.listener(), usual.standardInput(), true);
        Path passed;
        Path compressed;
        Path fromElf;
        try (Vmcore elf = Vmcore.open(guest.file());
                Vmcore opened = Vmcore.open(List.of(stored), usual);
                Vmcore again = Vmcore.open(List.of(stored), recompress)) {
            passed = captured(opened);
            compressed = captured(again);
            fromElf = captured(elf);
        }
        try (KdumpFile input = KdumpFile.open(stored);
                KdumpFile made = KdumpFile.open(passed);
                KdumpFile anew = KdumpFile.open(compressed);
                KdumpFile other = KdumpFile.open(fromElf)) {
            ByteBuffer page = ByteBuffer.allocate(4096);
            int different = 0;
            for (long pfn = made.nextKept(0); pfn >= 0; pfn = made.nextKept(pfn + 1)) {
                made.readPage(pfn, page.clear());
                assertThat(page.array()).isEqualTo(guest.page(pfn));
                assertThat(made.descriptor(pfn).size())
                        .isEqualTo(input.descriptor(pfn).size());
                assertThat(anew.descriptor(pfn).size())
                        .isEqualTo(other.descriptor(pfn).size());
                different +=
                        made.descriptor(pfn).size() == other.descriptor(pfn).size() ? 0 : 1;
            }
            assertThat(made.keptPages()).isEqualTo(other.keptPages());
            assertThat(different).as("pages whose bytes tell").isPositive();
        }
    }

    @Test
    void shouldCarryOverLevelAndTimeOfADumpThatWasFilteredBefore() throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve("level.elf"), "memory 0-16M\npages 2048 buddy order=8\npages 3000 lru anon");
        byte[] bytes = SyntheticKdump.of(guest).without(pfn -> pfn == 3000).bytes();
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(408, 1_763_800_000)
                .putInt(4096 + 8, 8);
        Path filtered = Files.write(folder.resolve("filtered"), bytes);

        DumpFile file = make(filtered, BuiltInRuleSets.capture(), "level-17").get("level-17");

        try (KdumpFile made = KdumpFile.open(FileCheck.path(file))) {
            assertThat(made.header().level()).isEqualTo(8 | 17);
            assertThat(made.header().crashTime()).isEqualTo(1_763_800_000);
            assertThat(made.kept(3000)).isFalse();
        }
    }

    private static Map<String, Long> counts(DumpFile file) {
        Map<String, Long> counts = new HashMap<>();
        for (ReasonCount count : file.getCounts()) {
            counts.put(count.getReason(), count.getPages());
        }
        return counts;
    }

    @Test
    void shouldMakeTheSameFileOfAKdumpFileAsOfTheElfVmcore() throws Exception {
        Path elf = ExpectedDump.demo().vmcore(folder);
        Map<String, DumpFile> first = make(elf, BuiltInRuleSets.level(0), "level-0", "level-17", "level-31");
        Path all = FileCheck.path(first.get("level-0"));
        Path some = FileCheck.path(first.get("level-17"));

        DumpFile again = make(all, BuiltInRuleSets.level(31), "level-31").get("level-31");
        DumpFile further = make(some, BuiltInRuleSets.capture(), "level-31").get("level-31");

        Path expected = FileCheck.path(first.get("level-31"));
        assertThat(FileCheck.path(again)).hasSameBinaryContentAs(expected);
        assertThat(FileCheck.path(further)).hasSameBinaryContentAs(expected);
        assertThat(again.getComplete()).isTrue();
        assertThat(further.getProblems()).isEmpty();

        // Pages that were left out the first time have no data the second time; all others have their reasons.
        Map<String, Long> wanted = counts(first.get("level-31"));
        Map<String, Long> found = counts(again);
        long gone = counts(first.get("level-0")).get("offline")
                + counts(first.get("level-0")).get("hwpoison");
        assertThat(gone).isPositive();
        assertThat(found.get("no-data")).isEqualTo(gone);
        assertThat(counts(further).get("no-data")).isEqualTo(wanted.get("free") + wanted.get("unaccepted") + gone);
        assertThat(counts(further)).doesNotContainKeys("free", "unaccepted");
        assertThat(found.get("kept")).isEqualTo(wanted.get("kept"));
        assertThat(found.get("unaccepted")).isEqualTo(wanted.get("unaccepted"));

        shouldCountTheSameInEveryForm(all);
    }

    /** The file as it is, flattened, and as a stream. */
    private static void shouldCountTheSameInEveryForm(Path kdump) throws Exception {
        byte[] flattened = FlattenedBytes.of(Files.readAllBytes(kdump), 1 << 20, 3);
        Path flat = Files.write(folder.resolve("flat"), flattened);
        List<String> plain = report(Captured.run("inspect", kdump, "--zero"));
        assertThat(report(Captured.run("inspect", flat, "--zero", "--spool-dir", folder)))
                .isEqualTo(plain);
        InputStream in = System.in;
        System.setIn(new ByteArrayInputStream(flattened));
        try {
            assertThat(report(Captured.run("inspect", "-", "--zero", "--spool-dir", folder)))
                    .isEqualTo(plain);
        } finally {
            System.setIn(in);
        }
        // A file of that name is no reason to stop, nor is one to be replaced: refused is what standard input brings.
        System.setIn(InputStream.nullInputStream());
        try {
            Captured.Result nothing = Captured.run("run", "-", "-o", flat, "--force", "--spool-dir", folder);
            assertThat(nothing.exitCode()).isEqualTo(ExitCode.BAD_VMCORE.number());
            assertThat(nothing.err())
                    .contains("standard input: brings no bytes")
                    .hasLineCount(1);
        } finally {
            System.setIn(in);
        }
        Captured.Result tooLong = Captured.run("inspect", flat, "--spool-dir", folder, "--spool-limit", "1M");
        assertThat(tooLong.exitCode()).isEqualTo(ExitCode.OUTPUT.number());
        assertThat(tooLong.err()).contains("expected at most 1048576 to be spooled (--spool-limit)");
    }

    /** What is said of the dump, without its name and size. */
    private static List<String> report(Captured.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out().lines().filter(text -> !text.startsWith("Vmcore ")).toList();
    }

    @Test
    void shouldSayThatAFileMadeOfAnIncompleteOneLacksItsPages() throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(folder.resolve("guest.elf"), "memory 0-16M");
        Path incomplete = SyntheticKdump.of(guest)
                .missing(pfn -> pfn >= 3000 && pfn < 3010)
                .write(folder.resolve("incomplete"));

        DumpFile file = make(incomplete, BuiltInRuleSets.level(31), "level-31").get("level-31");

        assertThat(file.getComplete()).isFalse();
        assertThat(file.getMissingPages()).isEqualTo(10);
        assertThat(file.getProblems()).isNotEmpty();
        try (KdumpFile made = KdumpFile.open(FileCheck.path(file))) {
            assertThat(made.incomplete()).isTrue();
            assertThat(made.keptPages()).isEqualTo(4096);
            assertThat(made.descriptor(3000).missing()).isTrue();
            ByteBuffer page = ByteBuffer.allocate(4096);
            made.readPage(3010, page);
            assertThat(page.array()).isEqualTo(guest.page(3010));
        }
    }

    @Test
    void shouldTakeAllFilesOfASplitDump() throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve("split.elf"), "memory 0-16M\npages 2048 buddy order=8\npages 3000 lru anon");
        Path a = SyntheticKdump.of(guest).part(0, 1000).write(folder.resolve("a"));
        Path b = SyntheticKdump.of(guest).part(1000, 4096).write(folder.resolve("b"));

        assertThat(report(Captured.run("inspect", b, a))).isEqualTo(report(Captured.run("inspect", guest.file())));
        Captured.Result explained = Captured.run("explain", a, b, 2050, "--json");
        assertThat(explained.exitCode()).as(explained.err()).isZero();
        assertThat(explained.out())
                .isEqualTo(Captured.run("explain", guest.file(), 2050, "--json")
                        .out()
                        .replace(guest.file().toString(), a.toString()));
        Captured.Result one = Captured.run("inspect", b);
        assertThat(one.exitCode()).isEqualTo(ExitCode.BAD_VMCORE.number());
        assertThat(one.err()).contains("is one part of a split dump").hasLineCount(1);
        Captured.Result twice = Captured.run("run", a, b, "-o", a, "--force");
        assertThat(twice.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(twice.err()).contains("is the vmcore to read");
    }
}
