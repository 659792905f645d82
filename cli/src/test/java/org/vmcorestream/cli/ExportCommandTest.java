// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

/** What {@code export} writes, says, and how it ends. */
class ExportCommandTest {
    private static final KernelIdentity KERNEL =
            new KernelIdentity("Linux", "guest", "6.12.0", "#1 SMP", "x86_64", "(none)", "", 2, 0);

    @TempDir
    private Path folder;

    private Path dump;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        dump = dump("vmcore", new PfnRun(0, 100), true);
        out = folder.resolve("out");
    }

    private Path dump(String name, PfnRun pages, boolean complete) throws IOException {
        Path file = folder.resolve(name);
        PfnBitmap all = new PfnBitmap(100);
        all.set(0, 100);
        KdumpHeader header = new KdumpHeader(KERNEL, 4096, 100, 31, PageCodec.ZSTD, 0, new byte[0], 0, 0);
        boolean part = pages.firstPfn() > 0 || pages.endPfn() < 100;
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, part ? header.ofPart(pages) : header, all, all)) {
            for (long pfn = pages.firstPfn(); pfn < pages.endPfn() - (complete ? 0 : 3); pfn++) {
                byte[] page = new byte[4096];
                Arrays.fill(page, (byte) (pfn + 1));
                writer.addPage(pfn, ByteBuffer.wrap(page), 0, 4096, true);
            }
            writer.finish(!complete);
        }
        return file;
    }

    private static Captured.Result export(Object... words) {
        List<Object> all = new ArrayList<>(List.of("export"));
        all.addAll(Arrays.asList(words));
        return Captured.run(all.toArray());
    }

    private void assertRefused(ExitCode code, String complaint, Object... words) {
        Captured.Result result = export(words);
        assertThat(result.exitCode()).isEqualTo(code.number());
        assertThat(result.err().lines().filter(line -> line.startsWith("vmcore-stream: ")))
                .singleElement()
                .asString()
                .contains(complaint);
        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(folder.resolve("out.partial")).doesNotExist();
    }

    @Test
    void shouldWriteAKdumpFileInTheCodecOfTheDump() throws IOException {
        Captured.Result result = export(dump, "-o", out);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).isEqualTo(out + ": 100 pages, " + Files.size(out) + " bytes" + System.lineSeparator());
        assertThat(out).hasSameBinaryContentAs(dump);
    }

    @Test
    void shouldWriteAKdumpFileInAnotherCodec() throws IOException {
        assertThat(export(dump, "-o", out, "--codec", "lzo").exitCode()).isZero();
        try (KdumpFile file = KdumpFile.open(out)) {
            assertThat(file.header().codec()).isEqualTo(PageCodec.LZO);
            ByteBuffer page = ByteBuffer.allocate(4096);
            file.readPage(42, page);
            assertThat(page.array()).containsOnly(43);
        }
    }

    @Test
    void shouldWriteAnElfFile() throws IOException {
        Captured.Result result = export(dump, "-o", out, "--format", "elf");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("100 pages").contains(", 1 segments");
        assertThat(Files.readAllBytes(out)).startsWith(0x7f, 'E', 'L', 'F');
    }

    @Test
    void shouldWriteTheSplitFilesOfADumpAsOne() throws IOException {
        Path first = dump("1of2", new PfnRun(0, 30), true);
        Path second = dump("2of2", new PfnRun(30, 100), true);
        assertThat(export(second, first, "-o", out).exitCode()).isZero();
        assertThat(out).hasSameBinaryContentAs(dump);
    }

    @Test
    void shouldWriteNothingButTheStreamToStandardOutput() {
        Captured captured = new Captured(false);
        assertThat(Main.run(captured.console(), "export", dump.toString(), "-o", "-"))
                .isZero();
        byte[] stream = captured.outBytes();
        assertThat(new String(stream, 0, 12, StandardCharsets.US_ASCII)).isEqualTo("makedumpfile");
        ByteBuffer end = ByteBuffer.wrap(stream, stream.length - 16, 16);
        assertThat(end.getLong()).isEqualTo(-1);
        assertThat(end.getLong()).isEqualTo(-1);
        assertThat(captured.err()).contains("standard output: 100 pages, ");
        assertThat(export(dump, "-o", out, "-F").exitCode()).isZero();
        assertThat(out).hasBinaryContent(stream);
    }

    @Test
    void shouldSayThatTheDumpIsIncomplete() throws IOException {
        Path incomplete = dump("incomplete", new PfnRun(0, 100), false);
        Captured.Result result = export(incomplete, "-o", out);
        assertThat(result.exitCode()).isEqualTo(ExitCode.INCOMPLETE.number());
        assertThat(result.err()).contains(out + ": is incomplete, as the dump says of itself: 3 pages are missing");
        assertThat(out).hasSameBinaryContentAs(incomplete);
    }

    @Test
    void shouldNotReplaceAFileUnlessForcedAndNeverWhatItReads() throws IOException {
        Files.writeString(out, "older");
        assertRefused(ExitCode.USAGE, out + ": exists; --force replaces it", dump, "-o", out);
        assertThat(out).hasContent("older");
        assertThat(export(dump, "-f", "-o", out).exitCode()).isZero();
        byte[] before = Files.readAllBytes(dump);
        assertRefused(ExitCode.USAGE, dump + ": is the vmcore to read", dump, "-f", "-o", dump);
        assertThat(dump).hasBinaryContent(before);
    }

    @Test
    void shouldRefuseWhatIsNoDump() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "x".repeat(9000));
        assertRefused(ExitCode.BAD_VMCORE, text + ": has no kdump signature", text, "-o", out);
        Path gone = folder.resolve("gone");
        assertRefused(ExitCode.BAD_VMCORE, gone + ": does not exist, expected a vmcore", gone, "-o", out);
        assertRefused(ExitCode.BAD_VMCORE, folder + ": is a folder", folder, "-o", out);
    }

    @Test
    void shouldRefuseACodecForAnElfFile() {
        assertRefused(
                ExitCode.USAGE,
                "--codec is for kdump files, expected none with --format elf",
                dump,
                "-o",
                out,
                "--format",
                "elf",
                "--codec",
                "zlib");
    }

    @Test
    void shouldLeaveNoFileOfADamagedDump() throws IOException {
        byte[] bytes = Files.readAllBytes(dump);
        // The last descriptor, whose page is as long as the file has bytes
        int data = bytes.length - 101 * 4096;
        ByteBuffer.wrap(bytes).putInt(data - 16, 0xffff_ffff);
        Path damaged = Files.write(folder.resolve("damaged"), bytes);
        assertRefused(ExitCode.BAD_VMCORE, damaged + ": page frame 99 has 4294967295 bytes", damaged, "-o", out);
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldWriteWhatIsThereOfAFileThatWasCut() throws IOException {
        byte[] bytes = Files.readAllBytes(dump);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length - 5000));
        Captured.Result result = export(cut, "-o", out);
        assertThat(result.exitCode()).isEqualTo(ExitCode.INCOMPLETE.number());
        assertThat(result.err())
                .contains(cut + ": was cut, it ends at offset " + (bytes.length - 5000) + " before its last page")
                .contains(out + ": is incomplete, as the dump is: 2 pages are missing");
        try (KdumpFile file = KdumpFile.open(out)) {
            assertThat(file.incomplete()).isTrue();
            assertThat(file.keptPages()).isEqualTo(100);
        }
    }

    @Test
    void shouldReadFlattenedFilesAndTheirUris() throws IOException {
        Path flat = folder.resolve("flat");
        assertThat(export(dump, "-F", "-o", flat).exitCode()).isZero();
        assertThat(export(flat.toUri(), "-o", out, "--spool-dir", folder).exitCode())
                .isZero();
        assertThat(out).hasSameBinaryContentAs(dump);
    }
}
