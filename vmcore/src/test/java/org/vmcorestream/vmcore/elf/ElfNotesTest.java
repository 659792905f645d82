// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

class ElfNotesTest {
    private static final byte[] INFO = "OSRELEASE=1\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private ElfNotes read(ElfFiles elf) throws IOException {
        try (DumpFile file = DumpFile.open(elf.write(folder.resolve("test.elf")), DumpFile.ReadObserver.NONE)) {
            return ElfNotes.read(file, ElfCore.read(file).notes());
        }
    }

    @Test
    void shouldCarryAllNotesAndCountCpus() throws IOException {
        ElfFiles elf = new ElfFiles(0x1000, 2);
        int at = elf.note(0x200, "CORE", 1, new byte[336]);
        at = elf.note(at, "CORE", 1, new byte[336]);
        at = elf.note(at, "CORE", 2, new byte[3]);
        at = elf.note(at, "QEMU", 0, new byte[5]);
        int second = elf.note(0x801, "VMCOREINFO", 0, INFO);
        elf.segment(0, Segment.PT_NOTE, 0x200, 0, 0, at - 0x200 - 3, 0);
        elf.segment(1, Segment.PT_NOTE, 0x801, 0, 0, second - 0x801, 0);

        ElfNotes notes = read(elf);

        assertThat(notes.prStatusCount()).isEqualTo(2);
        assertThat(notes.vmcoreInfo()).hasValue(INFO);
        assertThat(notes.bytes()).hasSize(at - 0x200 + second - 0x801);
        assertThat(Arrays.copyOf(notes.bytes(), at - 0x200 - 3))
                .isEqualTo(Arrays.copyOfRange(elf.bytes.array(), 0x200, at - 3));
        assertThat(Arrays.copyOfRange(notes.bytes(), at - 0x200, notes.bytes().length))
                .isEqualTo(Arrays.copyOfRange(elf.bytes.array(), 0x801, second));
    }

    @Test
    void shouldTakeZerosForTheEndOfNotes() throws IOException {
        ElfFiles elf = new ElfFiles(0x1000, 1);
        elf.note(0x200, "VMCOREINFO", 0, INFO);
        elf.segment(0, Segment.PT_NOTE, 0x200, 0, 0, 0x400, 0);

        assertThat(read(elf).vmcoreInfo()).hasValue(INFO);
    }

    @Test
    void shouldSayThatVmcoreInfoIsMissing() throws IOException {
        ElfFiles elf = new ElfFiles(0x1000, 1);
        int end = elf.note(0x200, "VMCOREINFOX", 0, INFO);
        elf.segment(0, Segment.PT_NOTE, 0x200, 0, 0, end - 0x200, 0);

        assertThat(read(elf).vmcoreInfo()).isEmpty();
        assertThat(read(new ElfFiles(0x1000, 1)).vmcoreInfo()).isEmpty();
    }

    @Test
    void shouldNameTheOffsetOfANoteThatDoesNotFit() {
        for (int field : new int[] {0, 4}) {
            for (int size : new int[] {0x500, -1, Integer.MAX_VALUE, -16}) {
                ElfFiles elf = new ElfFiles(0x1000, 1);
                int at = elf.note(0x200, "CORE", 1, new byte[16]);
                elf.note(at, "VMCOREINFO", 0, INFO);
                elf.bytes.putInt(at + field, size);
                elf.segment(0, Segment.PT_NOTE, 0x200, 0, 0, 0x100, 0);

                assertThatThrownBy(() -> read(elf))
                        .isInstanceOf(CorruptVmcoreException.class)
                        .hasMessageContaining("note at offset " + at)
                        .hasMessageContaining(Integer.toUnsignedString(size));
            }
        }
    }

    @Test
    void shouldBoundTheNotes() throws IOException {
        ElfFiles elf = new ElfFiles(ElfNotes.MAX_BYTES + 0x1000, 1)
                .segment(0, Segment.PT_NOTE, 0x200, 0, 0, ElfNotes.MAX_BYTES + 1L, 0);

        assertThatThrownBy(() -> read(elf))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining("program header 0");
    }
}
