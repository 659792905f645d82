// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.NotAVmcoreException;
import org.vmcorestream.vmcore.TruncatedVmcoreException;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

class ElfCoreTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("test.elf");
    }

    private static ElfFiles twoSegments() {
        return new ElfFiles(0x3000, 2)
                .segment(0, Segment.PT_NOTE, 0x200, 0, 0, 0x80, 0)
                .segment(1, Segment.PT_LOAD, 0x1000, 0xffff888000000000L, 0x100000, 0x1800, 0x2000);
    }

    @Test
    void shouldReadSegmentsInTheOrderOfTheirHeaders() throws IOException {
        ElfCore core = twoSegments().read(file());

        assertThat(core.notes()).containsExactly(new Segment(0, 4, 0x200, 0, 0, 0x80, 0));
        assertThat(core.loads())
                .containsExactly(new Segment(1, 1, 0x1000, 0xffff888000000000L, 0x100000, 0x1800, 0x2000));
        assertThat(core.loads().get(0).physEnd()).isEqualTo(0x102000);
        assertThat(core.loads().get(0).dataEnd()).isEqualTo(0x101800);
    }

    @Test
    void shouldFindProgramHeadersAnywhere() throws IOException {
        ElfFiles elf = new ElfFiles(0x4000, 1);
        elf.bytes.putLong(32, 0x3000);

        ElfCore core =
                elf.segment(0, Segment.PT_LOAD, 0x100, 0, 0, 0x1000, 0x1000).read(file());

        assertThat(core.loads()).hasSize(1);
    }

    @Test
    void shouldTakeTheNumberOfHeadersFromSectionZero() throws IOException {
        ElfFiles elf = new ElfFiles(64 + 56 * 70_000 + 64, 0xffff);
        for (int i = 0; i < 70_000; i++) {
            elf.segment(i, Segment.PT_LOAD, 0, 0, i * 4096L, 64, 4096);
        }
        int section = 64 + 56 * 70_000;
        elf.bytes.putLong(40, section).putInt(section + 44, 70_000);

        ElfCore core = elf.read(file());

        assertThat(core.loads()).hasSize(70_000);
        assertThat(core.loads().get(69_999).phys()).isEqualTo(69_999L * 4096);
    }

    @Test
    void shouldLeaveOutSegmentsWithoutMemory() throws IOException {
        ElfCore core = new ElfFiles(0x3000, 4)
                .segment(0, Segment.PT_LOAD, 0, 0, 0x1000, 0, 0)
                .segment(1, Segment.PT_LOAD, 0, 0, -1, 0x1000, 0x1000)
                .segment(2, 6, -1, -1, -1, -1, -1)
                .segment(3, Segment.PT_LOAD, Long.MAX_VALUE, 0, 0x1000, 0, 0x1000)
                .read(file());

        assertThat(core.loads()).extracting(Segment::index).containsExactly(3);
        assertThat(core.notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "4, 1, ELF class 1 at offset 4",
        "5, 2, ELF byte order 2 at offset 5",
        "18, 21, ELF machine 21 at offset 18",
    })
    void shouldRefuseOtherMachines(int at, int value, String message) {
        ElfFiles elf = twoSegments();
        elf.bytes.put(at, (byte) value);

        assertThatThrownBy(() -> elf.read(file()))
                .isInstanceOf(UnsupportedVmcoreException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("test.elf");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "16, 2"})
    void shouldRefuseWhatIsNoCoreFile(int at, int value) {
        ElfFiles elf = twoSegments();
        elf.bytes.put(at, (byte) value);

        assertThatThrownBy(() -> elf.read(file())).isInstanceOf(NotAVmcoreException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"KDUMP   ", "DISKDUMP", "makedumpfile\0\0\0\0"})
    void shouldNameFormatsThatAreNotElf(String signature) throws IOException {
        byte[] bytes = Arrays.copyOf(signature.getBytes(StandardCharsets.US_ASCII), 4096);
        Files.write(file(), bytes);

        try (DumpFile file = DumpFile.open(file(), DumpFile.ReadObserver.NONE)) {
            assertThatThrownBy(() -> ElfCore.read(file))
                    .isInstanceOf(UnsupportedVmcoreException.class)
                    .hasMessageStartingWith(file() + ": is a ")
                    .hasMessageContaining("expected an ELF");
        }
    }

    @Test
    void shouldRefuseEmptyFilesDirectoriesAndFilesThatAreNotThere() throws IOException {
        Files.createFile(file());

        assertThatThrownBy(() -> Vmcore.open(file()))
                .isInstanceOf(NotAVmcoreException.class)
                .hasMessageContaining("is empty");
        assertThatThrownBy(() -> Vmcore.open(folder))
                .isInstanceOf(NotAVmcoreException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> Vmcore.open(folder.resolve("none")))
                .isInstanceOf(VmcoreException.class)
                .hasMessageContaining("does not exist");
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            assertThatThrownBy(() -> Vmcore.open(device))
                    .isInstanceOf(NotAVmcoreException.class)
                    .hasMessageContaining("no regular file");
        }
    }

    @Test
    void shouldNameWhereSegmentsShouldEndInATruncatedFile() {
        ElfFiles elf = twoSegments().segment(1, Segment.PT_LOAD, 0x1000, 0, 0x100000, 0x2001, 0x3000);

        assertThatThrownBy(() -> elf.read(file()))
                .isInstanceOf(TruncatedVmcoreException.class)
                .hasMessageContaining("ends at offset 12288")
                .hasMessageContaining("memory of program header 1 should reach from offset 4096 to 12289");
    }

    @Test
    void shouldRefuseMemoryThatCannotBe() {
        long[][] wrong = {
            {0x1000, 0x1000, 0x2000, 0x1000},
            {0x1000, 1L << 52, 0, 1},
            {0x1000, 0x1000, 0, 1L << 52},
            {0x1000, 0x1000, 0, -1},
            {0x1000, Long.MIN_VALUE, 0, 0x1000},
            {0x1000, 0x1000, -1, 0x1000},
            {-1, 0x1000, 0x1000, 0x1000},
            {Long.MAX_VALUE, 0x1000, 0x1000, 0x1000},
        };
        for (long[] fields : wrong) {
            ElfFiles elf = twoSegments().segment(1, Segment.PT_LOAD, fields[0], 0, fields[1], fields[2], fields[3]);

            assertThatThrownBy(() -> elf.read(file()))
                    .as(Arrays.toString(fields))
                    .isInstanceOf(CorruptVmcoreException.class)
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void shouldBoundTheNumberAndSizeOfProgramHeaders() {
        ElfFiles none = new ElfFiles(0x1000, 0);
        assertThatThrownBy(() -> none.read(file())).isInstanceOf(CorruptVmcoreException.class);

        ElfFiles size = twoSegments();
        size.bytes.putShort(54, (short) 32);
        assertThatThrownBy(() -> size.read(file()))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining("32 bytes (e_phentsize at offset 54)");

        ElfFiles beyond = twoSegments();
        beyond.bytes.putLong(32, 0x2ff0);
        assertThatThrownBy(() -> beyond.read(file())).isInstanceOf(TruncatedVmcoreException.class);

        ElfFiles huge = new ElfFiles(0x1000, 0xffff);
        huge.bytes.putLong(40, 0x100).putInt(0x100 + 44, -1);
        assertThatThrownBy(() -> huge.read(file()))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining("4294967295 program headers");

        ElfFiles noSection = new ElfFiles(0x1000, 0xffff);
        noSection.bytes.putLong(40, 0xfff);
        assertThatThrownBy(() -> noSection.read(file())).isInstanceOf(TruncatedVmcoreException.class);
    }
}
