// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.spool.DumpSource;
import org.vmcorestream.vmcore.spool.SpoolRoom;
import org.vmcorestream.vmcore.spool.Spooler;

/**
 * Files that QEMU 7.2.22, built with lzo and snappy, wrote with dump-guest-memory (the raw ones with the change of 8.2 that knows raw), and
 * raw-zlib-10 of QEMU 10.0.2, which says "Unknown" for the machine where 7.2 says "x86_64" and has the same bytes else. The guest is a q35 of
 * 1 MiB that never ran. Its firmware, 64 KiB that {@link #firmware} makes, lies below 1 MiB and below 4 GiB; all other pages are zero.
 */
class QemuFilesTest {
    private static final int PAGE = 4096;
    private static final int RAM = 256;
    private static final int FIRMWARE = 16;
    private static final int END = 1 << 20;

    @TempDir
    private Path folder;

    private static byte[] firmware(int page) {
        ByteBuffer bytes = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; bytes.hasRemaining(); i++) {
            switch (page % 4) {
                case 0 -> bytes.put((byte) (page + 1));
                case 1 -> bytes.putLong((long) page << 32 | i);
                case 2 -> bytes.put(sha256(page + " " + i));
                default -> {
                    byte[] text = "page %d of a guest that never ran. "
                            .formatted(page)
                            .getBytes(StandardCharsets.US_ASCII);
                    bytes.put(text, 0, Math.min(text.length, bytes.remaining()));
                }
            }
        }
        return bytes.array();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] qemu(String form) throws IOException {
        try (InputStream packed = QemuFilesTest.class.getResourceAsStream("/qemu/kdump-" + form + ".zst")) {
            return new ZstdInputStream(packed).readAllBytes();
        }
    }

    private StoredDump open(DumpSource source) throws IOException {
        Spooler spooler = new Spooler(new SpoolRoom(folder, SpoolRoom.NO_LIMIT), (done, total, ended) -> {});
        return StoredDump.of(DumpSource.openAll(List.of(source), spooler));
    }

    @ParameterizedTest
    @CsvSource({
        "lzo, LZO, 0x2",
        "snappy, SNAPPY, 0x4",
        "zlib, ZLIB, 0x1",
        "raw-lzo, LZO, 0x2",
        "raw-snappy, SNAPPY, 0x4",
        "raw-zlib, ZLIB, 0x1",
        "raw-zlib-10, ZLIB, 0x1"
    })
    void shouldReadWhatQemuWrote(String form, PageCodec codec, String status) throws IOException {
        byte[] written = qemu(form);
        Path file = Files.write(folder.resolve(form), written);
        Path same = folder.resolve("same");
        try (StoredDump dump = open(DumpSource.file(file))) {
            assertThat(dump.header().codec()).isEqualTo(codec);
            assertThat(dump.header().pageSize()).isEqualTo(PAGE);
            assertThat(dump.header().endPfn()).isEqualTo(END);
            assertThat(dump.pages()).isEqualTo(RAM + FIRMWARE);
            DumpExport.kdump(dump, codec, most -> DumpExport.file(same), (done, total) -> {});
        }
        try (KdumpFile made = KdumpFile.open(same)) {
            assertThat(made.status()).isEqualTo(Integer.decode(status));
            assertThat(made.keptPages()).isEqualTo(RAM + FIRMWARE);
            assertPages(made);
        }
        Path zstd = folder.resolve("zstd");
        try (StoredDump dump = open(DumpSource.stream(Path.of("standard input"), new ByteArrayInputStream(written)))) {
            DumpExport.kdump(dump, PageCodec.ZSTD, most -> DumpExport.file(zstd), (done, total) -> {});
        }
        try (KdumpFile made = KdumpFile.open(zstd)) {
            assertPages(made);
        }
    }

    private static void assertPages(KdumpFile made) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        for (int pfn = 0; pfn < RAM - FIRMWARE; pfn++) {
            made.readPage(pfn, page.clear());
            assertThat(page.array()).as("page frame %d", pfn).containsOnly(0);
        }
        for (int number = 0; number < FIRMWARE; number++) {
            made.readPage(RAM - FIRMWARE + number, page.clear());
            assertThat(page.array()).as("below 1 MiB, page %d", number).isEqualTo(firmware(number));
            made.readPage(END - FIRMWARE + number, page.clear());
            assertThat(page.array()).as("below 4 GiB, page %d", number).isEqualTo(firmware(number));
        }
    }

    @ParameterizedTest
    @CsvSource({"lzo, raw-lzo", "snappy, raw-snappy", "zlib, raw-zlib", "lzo, snappy", "lzo, zlib"})
    void shouldMakeTheSameElfFileOfEveryForm(String one, String other) throws IOException {
        assertThat(elf(one)).isEqualTo(elf(other));
    }

    @Test
    void shouldRefuseAnElfFileOfAMachineThatNothingNames() {
        assertThatThrownBy(() -> elf("raw-zlib-10"))
                .isInstanceOf(UnsupportedVmcoreException.class)
                .hasMessageEndingWith(
                        "is of machine 'Unknown', expected x86_64, aarch64 or riscv64 to write an ELF file of");
    }

    private byte[] elf(String form) throws IOException {
        Path file = Files.write(folder.resolve(form), qemu(form));
        Path elf = folder.resolve(form + ".elf");
        try (StoredDump dump = open(DumpSource.file(file))) {
            DumpExport.elf(dump, most -> DumpExport.file(elf), (done, total) -> {});
        }
        return Files.readAllBytes(elf);
    }
}
