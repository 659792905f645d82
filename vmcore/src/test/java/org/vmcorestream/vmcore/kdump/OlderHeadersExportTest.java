// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.testkit.KdumpStyle;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Dumps of every header version, whole and split, become files of the newest one. */
class OlderHeadersExportTest {
    @TempDir
    private Path folder;

    private SyntheticVmcore vmcore;

    @BeforeEach
    void write() throws IOException {
        vmcore = SyntheticVmcore.write(folder.resolve("test.elf"), """
                memory 0-8M
                fill 300..400 random seed=5
                fill 700..900 zero
                """);
    }

    private SyntheticKdump kdump() {
        return SyntheticKdump.of(vmcore);
    }

    private Path export(PageCodec codec, Path... files) throws IOException {
        Path out = folder.resolve("out");
        try (StoredDump dump = StoredDump.open(List.of(files))) {
            DumpExport.kdump(dump, codec, most -> DumpExport.file(out), (done, total) -> {});
        }
        return out;
    }

    private void assertSamePages(KdumpFile file) throws IOException {
        assertThat(file.keptPages()).isEqualTo(vmcore.endPfn());
        ByteBuffer page = ByteBuffer.allocate(4096);
        for (long pfn = 0; pfn < vmcore.endPfn(); pfn++) {
            file.readPage(pfn, page.clear());
            assertThat(page.array()).as("page frame %d", pfn).isEqualTo(vmcore.page(pfn));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void shouldBecomeFilesOfTheNewestVersion(int version) throws IOException {
        Path file = export(PageCodec.LZO, kdump().version(version).write(folder.resolve("dump")));
        assertThat(ByteBuffer.wrap(Files.readAllBytes(file)).get(8)).isEqualTo((byte) 6);
        try (KdumpFile made = KdumpFile.open(file)) {
            assertThat(made.vmcoreInfo()).isEqualTo(version < 3 ? "" : vmcore.vmcoreInfo());
            assertThat(made.header().kernel().physBase()).isEqualTo(vmcore.physBase());
            assertThat(made.header().codec()).isEqualTo(PageCodec.LZO);
            assertSamePages(made);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 6})
    void shouldJoinPartsOfEveryVersion(int version) throws IOException {
        Path a = kdump().version(version).part(0, 700).write(folder.resolve("a"));
        Path b = kdump().version(version).part(700, vmcore.endPfn()).write(folder.resolve("b"));
        try (KdumpFile made = KdumpFile.open(export(PageCodec.ZLIB, b, a))) {
            assertThat(made.vmcoreInfo()).isEqualTo(version < 3 ? "" : vmcore.vmcoreInfo());
            assertSamePages(made);
        }
    }

    @Test
    void shouldTakeWhatQemuWrites() throws IOException {
        Path file = kdump().style(KdumpStyle.QEMU).write(folder.resolve("dump"));
        try (KdumpFile made = KdumpFile.open(export(PageCodec.SNAPPY, file))) {
            assertThat(made.header().kernel().machine()).isEqualTo("x86_64");
            assertThat(made.header().kernel().sysname()).isEmpty();
            assertThat(made.vmcoreInfo()).isEqualTo(vmcore.vmcoreInfo());
            assertSamePages(made);
        }
    }

    @Test
    void shouldLeavePagesUncompressed() throws IOException {
        Path file = kdump().write(folder.resolve("dump"));
        try (KdumpFile made = KdumpFile.open(export(null, file))) {
            assertThat(made.status()).isZero();
            assertThat(made.header().codec()).isNull();
            assertSamePages(made);
        }
    }

    @Test
    void shouldNotDependOnTheNumberOfThreads() throws IOException {
        Path file = kdump().write(folder.resolve("dump"));
        try (StoredDump dump = StoredDump.open(List.of(file));
                RecodedPages one = new RecodedPages(dump, PageCodec.ZSTD, 1);
                RecodedPages many = new RecodedPages(dump, PageCodec.ZSTD, 7)) {
            while (one.next()) {
                assertThat(many.next()).isTrue();
                assertThat(many.pfn()).isEqualTo(one.pfn());
                assertThat(many.kind()).isEqualTo(one.kind());
                if (one.kind() == PageParcel.Kind.RAW || one.kind() == PageParcel.Kind.COMPRESSED) {
                    assertThat(many.bytes().slice(many.index(), many.length()))
                            .isEqualTo(one.bytes().slice(one.index(), one.length()));
                }
            }
            assertThat(many.next()).isFalse();
        }
    }
}
