// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** What {@code assemble} says and how it ends. */
class AssembleCommandTest {
    private static final KernelIdentity KERNEL =
            new KernelIdentity("Linux", "guest", "6.12.0", "#1 SMP", "x86_64", "(none)", "", 2, 0);

    @TempDir
    private Path folder;

    private Path first;
    private Path second;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        first = part("vmcore-1of2", new PfnRun(0, 50), true);
        second = part("vmcore-2of2", new PfnRun(50, 100), true);
        out = folder.resolve("vmcore");
    }

    private Path part(String name, PfnRun pages, boolean complete) throws IOException {
        Path file = folder.resolve(name);
        PfnBitmap all = new PfnBitmap(100);
        all.set(0, 100);
        KdumpHeader header = new KdumpHeader(KERNEL, 4096, 100, 31, PageCodec.ZSTD, 0, new byte[0], 0, 0);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header.ofPart(pages), all, all)) {
            for (long pfn = pages.firstPfn(); pfn < pages.endPfn() - (complete ? 0 : 3); pfn++) {
                writer.addZeroPage(pfn);
            }
            writer.finish(!complete);
        }
        return file;
    }

    private Captured.Result assemble(Object... words) {
        List<Object> all = new ArrayList<>(List.of("assemble"));
        all.addAll(Arrays.asList(words));
        return Captured.run(all.toArray());
    }

    private void assertRefused(ExitCode code, String complaint, Object... words) throws IOException {
        Captured.Result result = assemble(words);
        assertThat(result.exitCode()).isEqualTo(code.number());
        assertThat(result.err().lines().filter(line -> line.startsWith("vmcore-stream: ")))
                .singleElement()
                .asString()
                .contains(complaint);
        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(folder.resolve("vmcore.partial")).doesNotExist();
    }

    @Test
    void shouldJoinPartsInAnyOrder() throws IOException {
        Captured.Result result = assemble(out, second, first);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .isEqualTo(out + ": 100 pages of 2 parts, " + Files.size(out) + " bytes" + System.lineSeparator());
        try (KdumpFile file = KdumpFile.open(out)) {
            assertThat(file.keptPages()).isEqualTo(100);
        }
    }

    @Test
    void shouldSayThatTheWholeIsIncompleteWhenAPartIs() throws IOException {
        part("vmcore-2of2", new PfnRun(50, 100), false);
        Captured.Result result = assemble(out, first, second);
        assertThat(result.exitCode()).isEqualTo(ExitCode.INCOMPLETE.number());
        assertThat(result.err()).contains("is incomplete, as the dump says of itself: 3 pages are missing");
        assertThat(out).exists();
    }

    @Test
    void shouldRefuseASetThatIsNotWhole() throws IOException {
        assertRefused(
                ExitCode.BAD_VMCORE,
                first + ": is one part of a split dump, with page frames 0 to before 50, expected all",
                out,
                first);
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldRefuseAPartThatIsNotThereOrNoFile() throws IOException {
        Path gone = folder.resolve("gone");
        assertRefused(ExitCode.BAD_VMCORE, gone + ": does not exist, expected a vmcore", out, first, gone);
        assertRefused(ExitCode.BAD_VMCORE, folder + ": is a folder", out, first, folder);
    }

    @Test
    void shouldNotReplaceAFileUnlessForced() throws IOException {
        Files.writeString(out, "older");
        assertRefused(ExitCode.USAGE, out + ": exists; --force replaces it", out, first, second);
        assertThat(out).hasContent("older");
        assertThat(assemble("--force", out, first, second).exitCode()).isZero();
        assertThat(Files.size(out)).isGreaterThan(5);
    }

    @Test
    void shouldNotReplaceAPartEvenWhenForced() throws IOException {
        byte[] before = Files.readAllBytes(second);
        Path link = Files.createSymbolicLink(folder.resolve("link"), second);
        assertRefused(ExitCode.USAGE, "is the vmcore to read", "--force", link, first, second);
        assertThat(second).hasBinaryContent(before);
    }

    @Test
    void shouldSayThatTheFolderCannotBeWritten() throws IOException {
        Path nowhere = folder.resolve("nowhere").resolve("vmcore");
        assertRefused(ExitCode.OUTPUT, "no such folder", nowhere, first, second);
    }

    @Test
    void shouldWantAtLeastOnePart() {
        Captured.Result result = assemble(out);
        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE.number());
        assertThat(result.err()).contains("PART");
    }
}
