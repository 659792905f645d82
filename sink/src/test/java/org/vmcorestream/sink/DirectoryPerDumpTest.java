// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.codec.PageCodec;

class DirectoryPerDumpTest {
    private static final Path DIR = Path.of("/var/crash");

    private final DirectoryPerDump placement = new DirectoryPerDump(DIR);
    private final Manifest manifest = new SampleDump(new FakeCluster(), 0xabc, PageCodec.ZSTD).manifest;

    @Test
    void shouldNameADirectoryAsKdumpDoes() {
        assertThat(placement.fileOf(manifest, "level-31", true))
                .isEqualTo(DIR.resolve("guest-2023-11-14-22:13:20-00000abc/vmcore"));
        assertThat(placement.fileOf(manifest, "level-1", false))
                .isEqualTo(DIR.resolve("guest-2023-11-14-22:13:20-00000abc/vmcore.level-1"));
    }

    @Test
    void shouldKeepNamesOfPublishedRuleSetsWholeWithTheirVersion() {
        String longest = "a".repeat(64) + "@123456789";
        for (String name : List.of("mine@3", "level-31-e", longest)) {
            assertThat(placement.fileOf(manifest, name, false).getFileName()).hasToString("vmcore." + name);
        }
        assertThat(KernelLogFile.beside(placement.fileOf(manifest, "mine@3", false)))
                .isEqualTo(DIR.resolve("guest-2023-11-14-22:13:20-00000abc/vmcore-dmesg.txt"));
    }

    @Test
    void shouldUseTheHostWhereTheGuestHasNoName() {
        for (String none : List.of("", "(none)")) {
            manifest.setNodename(none);
            assertThat(placement.fileOf(manifest, "level-31", true).toString()).contains("/host-1-2023");
        }
        manifest.setHost("");
        assertThat(placement.fileOf(manifest, "level-31", true).toString()).contains("/unknown-2023");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc",
                "..",
                ".",
                "/etc/passwd",
                "a/b",
                "a\u0000b",
                "a\nb",
                "-rf",
                "~",
                "a\\b",
                "\u202e",
                "ü"
            })
    void shouldStayBelowItsDirectoryWhateverAHostIsCalled(String name) {
        manifest.setNodename(name);
        manifest.setOpenedAt(Long.MAX_VALUE);

        Path file = placement.fileOf(manifest, "level-31", true);

        assertThat(file.normalize()).isEqualTo(file);
        assertThat(file.startsWith(DIR)).isTrue();
        assertThat(file.getNameCount()).isEqualTo(DIR.getNameCount() + 2);
        assertThat(file.getParent().getFileName().toString()).matches("[A-Za-z0-9_][A-Za-z0-9._:-]*");
    }

    @Test
    void shouldCutLongNames() {
        manifest.setNodename("x".repeat(10_000));

        assertThat(placement
                        .fileOf(manifest, "level-31", true)
                        .getParent()
                        .getFileName()
                        .toString())
                .hasSize(DirectoryPerDump.MAX_NAME + 29);
    }

    @Test
    void shouldPutTheKernelLogBesideTheFile() {
        assertThat(KernelLogFile.beside(Path.of("/a/vmcore"))).isEqualTo(Path.of("/a/vmcore-dmesg.txt"));
        assertThat(KernelLogFile.beside(Path.of("/a/vmcore.level-1"))).isEqualTo(Path.of("/a/vmcore-dmesg.txt"));
        assertThat(KernelLogFile.beside(Path.of("OUT.kdump"))).isEqualTo(Path.of("OUT-dmesg.txt"));
        assertThat(KernelLogFile.beside(Path.of("guest-6.12"))).isEqualTo(Path.of("guest-6.12-dmesg.txt"));
    }

    @Test
    void shouldRemoveOnlyWhatNobodyWritesAnyMore(@TempDir Path dir) throws IOException {
        Path dump = Files.createDirectory(dir.resolve("guest-2023-11-14-22:13:20-00000abc"));
        Path abandoned = Files.createFile(dump.resolve("vmcore.partial"));
        Path ofRuleSet = Files.createFile(dump.resolve("vmcore.mine@3.partial"));
        Path busy = Files.createFile(dump.resolve("vmcore.level-31.partial"));
        List<Path> others = List.of(
                Files.createFile(dump.resolve("vmcore")),
                Files.createFile(dump.resolve("notes.partial")),
                Files.createFile(dir.resolve("vmcore.partial")));
        Path folder = Files.createDirectory(dump.resolve("vmcore.folder.partial"));

        try (FileChannel writer = FileChannel.open(busy, StandardOpenOption.WRITE)) {
            writer.lock();
            assertThat(new DirectoryPerDump(dir).removeAbandoned()).isEqualTo(2);
        }

        assertThat(abandoned).doesNotExist();
        assertThat(ofRuleSet).doesNotExist();
        assertThat(busy).exists();
        assertThat(folder).exists();
        assertThat(others).allMatch(Files::exists);
    }

    @Test
    void shouldFindNothingAbandonedWhereThereIsNoDirectory() {
        assertThat(new DirectoryPerDump(Path.of("/no/such/folder")).removeAbandoned())
                .isZero();
    }
}
