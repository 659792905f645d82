// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.testkit.FlattenedBytes;
import org.vmcorestream.testkit.KdumpStyle;
import org.vmcorestream.testkit.QemuStream;
import org.vmcorestream.testkit.SyntheticKdump;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.spool.SpoolException;
import org.vmcorestream.vmcore.spool.SpoolListener;
import org.vmcorestream.vmcore.spool.SpoolRoom;

/** Flattened files and streams: reading them gives what reading the plain file gives, and leaves nothing behind. */
@Timeout(60)
class FlattenedReadingTest {
    private static final Path STANDARD_INPUT = OpenSettings.STANDARD_INPUT;

    @TempDir
    Path folder;

    @TempDir
    Path spool;

    private SyntheticVmcore vmcore;
    private DumpContents expected;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        vmcore = SyntheticVmcore.write(folder.resolve("test.elf"), "memory 0-8M\npages 1536 buddy order=4");
        try (Vmcore elf = Vmcore.open(vmcore.file())) {
            expected = DumpContents.of(elf);
        }
    }

    @AfterEach
    void shouldLeaveNothingBehind() throws IOException {
        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).isEmpty();
        }
    }

    private OpenSettings settings(InputStream standardInput, long limit) {
        SpoolListener listener = (done, total, ended) -> told.add(done + " of " + total + (ended ? ", ended" : ""));
        return new OpenSettings(Optional.empty(), new SpoolRoom(spool, limit), listener, standardInput);
    }

    private DumpContents read(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("flat"), bytes);
        try (Vmcore opened = Vmcore.open(List.of(file), settings(InputStream.nullInputStream(), SpoolRoom.NO_LIMIT))) {
            assertThat(opened.file()).isEqualTo(file);
            return DumpContents.of(opened);
        }
    }

    private DumpContents stream(InputStream in) throws IOException {
        return stream(in, SpoolRoom.NO_LIMIT);
    }

    private DumpContents stream(InputStream in, long limit) throws IOException {
        try (Vmcore opened = Vmcore.open(List.of(STANDARD_INPUT), settings(in, limit))) {
            assertThat(opened.file()).hasToString("standard input");
            try (Stream<Path> files = Files.list(spool)) {
                assertThat(files).as("the spool file has no name").isEmpty();
            }
            return DumpContents.of(opened);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 4096, 16384, 3_000_000})
    void shouldReadFlattenedElfAndKdump(int most) throws IOException {
        byte[] elf = Files.readAllBytes(vmcore.file());
        byte[] kdump = SyntheticKdump.of(vmcore).bytes();
        byte[] qemu = SyntheticKdump.of(vmcore).style(KdumpStyle.QEMU).bytes();

        assertThat(read(FlattenedBytes.of(elf, most, 1))).isEqualTo(expected);
        assertThat(read(FlattenedBytes.of(kdump, most, 2))).isEqualTo(expected);
        assertThat(read(FlattenedBytes.of(qemu, most, 3))).isEqualTo(expected);
        int size = FlattenedBytes.of(qemu, most, 3).length;
        assertThat(told).last().isEqualTo(size + " of " + size + ", ended");
    }

    @ParameterizedTest
    @EnumSource(names = {"ZLIB", "LZO", "SNAPPY"})
    void shouldReadWhatQemuSends(PageCodec codec) throws IOException {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve("guest.elf"), "memory 0-16M\nfill 600..900 random seed=5\nfill 2000..2100 zero");
        DumpContents wanted;
        try (Vmcore elf = Vmcore.open(guest.file())) {
            wanted = DumpContents.of(elf);
        }
        SyntheticKdump kdump =
                SyntheticKdump.of(guest).style(KdumpStyle.QEMU).compression(pfn -> DumpContents.codec(codec));
        byte[] sent = QemuStream.of(kdump);
        assertThat(stream(new ByteArrayInputStream(sent))).isEqualTo(wanted);
        assertThat(read(sent)).isEqualTo(wanted);
        assertThat(read(kdump.bytes())).as("raw, option -R").isEqualTo(wanted);

        // Whatever has come when the connection breaks is read, or refused where the kernel cannot be found in it.
        int read = 0;
        for (int i = 1; i < 40; i++) {
            byte[] cut = Arrays.copyOf(sent, (int) ((long) sent.length * i / 40));
            try (Vmcore opened =
                    Vmcore.open(List.of(STANDARD_INPUT), settings(new ByteArrayInputStream(cut), SpoolRoom.NO_LIMIT))) {
                assertThat(opened.cut()).isPresent();
                assertThat(wanted.pages()).containsAllEntriesOf(DumpContents.pages(opened, 64));
                read++;
            } catch (VmcoreException e) {
                assertThat(e).hasMessageStartingWith("standard input: ").hasMessageNotContaining("\n");
            }
        }
        assertThat(read).as("cut streams that were read").isPositive();
    }

    @Test
    void shouldReadStreamsOfEveryFormat() throws IOException {
        byte[] elf = Files.readAllBytes(vmcore.file());
        byte[] kdump = SyntheticKdump.of(vmcore).bytes();

        assertThat(stream(new ByteArrayInputStream(elf))).isEqualTo(expected);
        assertThat(told).last().isEqualTo(elf.length + " of -1, ended");
        assertThat(stream(new ByteArrayInputStream(kdump))).isEqualTo(expected);
        assertThat(stream(new ByteArrayInputStream(FlattenedBytes.of(kdump, 5000, 4))))
                .isEqualTo(expected);
        assertThat(stream(inDrops(FlattenedBytes.of(elf, 5000, 5)))).isEqualTo(expected);
    }

    @Test
    void shouldKeepTheLengthOfAStreamThatEndsInZeros() throws IOException {
        SyntheticVmcore zeros =
                SyntheticVmcore.write(folder.resolve("zeros.elf"), "memory 0-16M\nfill 2200..4096 zero");
        DumpContents whole;
        try (Vmcore elf = Vmcore.open(zeros.file())) {
            whole = DumpContents.of(elf);
        }
        byte[] bytes = Files.readAllBytes(zeros.file());

        assertThat(stream(new ByteArrayInputStream(bytes))).isEqualTo(whole);
        try (Vmcore opened =
                Vmcore.open(List.of(STANDARD_INPUT), settings(new ByteArrayInputStream(bytes), SpoolRoom.NO_LIMIT))) {
            assertThat(opened.fileSize()).isEqualTo(bytes.length);
        }
    }

    /** As a slow connection brings it: a few bytes at once. */
    private static InputStream inDrops(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + pos % 1777));
            }
        };
    }

    @Test
    void shouldReadNothingBehindTheEndRecord() throws IOException {
        byte[] flattened = FlattenedBytes.of(SyntheticKdump.of(vmcore).bytes(), 5000, 6);
        InputStream more = new SequenceInputStream(new ByteArrayInputStream(flattened), endless());

        assertThat(stream(more)).isEqualTo(expected);
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Arrays.fill(into, offset, offset + length, (byte) 1);
                return length;
            }
        };
    }

    @Test
    void shouldReadASplitSetOfWhichOneFileIsAStream() throws IOException {
        Path first = SyntheticKdump.of(vmcore).part(0, 900).write(folder.resolve("first"));
        byte[] second = SyntheticKdump.of(vmcore).part(900, vmcore.endPfn()).bytes();

        try (Vmcore opened = Vmcore.open(
                List.of(STANDARD_INPUT, first), settings(new ByteArrayInputStream(second), SpoolRoom.NO_LIMIT))) {
            assertThat(DumpContents.of(opened)).isEqualTo(expected);
        }
        assertThatThrownBy(() -> Vmcore.open(
                        List.of(STANDARD_INPUT, STANDARD_INPUT),
                        settings(InputStream.nullInputStream(), SpoolRoom.NO_LIMIT)))
                .hasMessageStartingWith("standard input is named twice");
    }

    @Test
    void shouldRefuseAtOnceWhatIsNoDump() {
        assertThatThrownBy(() -> stream(endless()))
                .isInstanceOf(NotAVmcoreException.class)
                .hasMessageStartingWith("standard input: begins like no dump, expected ELF, kdump");
        assertThatThrownBy(() -> stream(InputStream.nullInputStream()))
                .isInstanceOf(NotAVmcoreException.class)
                .hasMessageStartingWith("standard input: brings no bytes");
    }

    @Test
    void shouldEndAnEndlessStreamAtItsLimit() throws IOException {
        InputStream elf =
                new SequenceInputStream(new ByteArrayInputStream(Files.readAllBytes(vmcore.file())), endless());
        assertThatThrownBy(() -> stream(elf, 20 << 20))
                .isInstanceOf(SpoolException.class)
                .hasMessage("standard input: brings more than 20971520 bytes, expected at most that (--spool-limit)");

        byte[] empty = new FlattenedBytes(1, 1).record(0, 0, new byte[0]).toByteArray();
        InputStream records = new InputStream() {
            private long at;

            @Override
            public int read() {
                // The header, and then for ever a record of no bytes.
                long behind = at++ - 4096;
                return behind < 0 ? empty[(int) (at - 1)] & 0xff : 0;
            }
        };
        assertThatThrownBy(() -> stream(records, 1 << 20))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("brings more than 1048576 bytes");
        byte[] flattened = FlattenedBytes.of(Files.readAllBytes(vmcore.file()), 5000, 6);
        Files.write(folder.resolve("flat"), flattened);
        assertThatThrownBy(() ->
                        Vmcore.open(List.of(folder.resolve("flat")), settings(InputStream.nullInputStream(), 1 << 20)))
                .isInstanceOf(SpoolException.class)
                .hasMessage(folder.resolve("flat") + ": has " + flattened.length
                        + " bytes, expected at most 1048576 to be spooled (--spool-limit)");
    }

    @Test
    void shouldSayWhereTheSpoolFileCannotBe() {
        Path nowhere = folder.resolve("nowhere");
        OpenSettings settings = new OpenSettings(
                Optional.empty(),
                new SpoolRoom(nowhere, SpoolRoom.NO_LIMIT),
                SpoolListener.NONE,
                new ByteArrayInputStream(FlattenedBytes.of(new byte[100], 10, 1)));
        assertThatThrownBy(() -> Vmcore.open(List.of(STANDARD_INPUT), settings))
                .isInstanceOf(SpoolException.class)
                .hasMessage(nowhere + ": is no folder, expected one to spool standard input to (--spool-dir)");
    }

    @Test
    void shouldRefuseRecordsThatCannotBe() {
        assertRecord(-2, 10, "has 10 bytes for position -2 of the dump");
        assertRecord(-1, 10, "has 10 bytes for position -1 of the dump");
        assertRecord(10, -1, "has -1 bytes for position 10 of the dump");
        assertRecord(0, Long.MIN_VALUE, "has -9223372036854775808 bytes");
        assertRecord(Long.MAX_VALUE, 2, "for position 9223372036854775807 of the dump");
        assertRecord(1L << 50, 1, "for position 1125899906842624 of the dump");
        assertRecord(0, Long.MAX_VALUE, "has 9223372036854775807 bytes for position 0");
        assertRecord(0, 1L << 49, "was cut, it ends at offset 4117");
    }

    private void assertRecord(long position, long size, String message) {
        byte[] bytes =
                new FlattenedBytes(1, 1).record(position, size, new byte[5]).toByteArray();
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(VmcoreException.class)
                .hasMessageStartingWith(folder.resolve("flat") + ": ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldRefuseOtherFlattenedFormats() {
        assertThatThrownBy(() -> read(new FlattenedBytes(2, 1).end().toByteArray()))
                .isInstanceOf(UnsupportedVmcoreException.class)
                .hasMessageContaining("flattened format of type 2 and version 1 at offset 16, expected 1 and 1");
        assertThatThrownBy(() ->
                        read(new FlattenedBytes(1, 0x0100_0000_0000_0000L).end().toByteArray()))
                .isInstanceOf(UnsupportedVmcoreException.class);
    }

    @Test
    void shouldRefuseAFlattenedFileOfNothing() {
        assertThatThrownBy(() -> read(new FlattenedBytes(1, 1).end().toByteArray()))
                .isInstanceOf(NotAVmcoreException.class)
                .hasMessageContaining("is empty");
        byte[] nested = FlattenedBytes.of(FlattenedBytes.of(new byte[9000], 500, 1), 500, 1);
        assertThatThrownBy(() -> read(nested))
                .isInstanceOf(UnsupportedVmcoreException.class)
                .hasMessageContaining("is a flattened file, expected an ELF");
    }

    @Test
    void shouldReadWhatCameOfAStreamThatWasCutOrRefuseIt() throws IOException {
        byte[] flattened = FlattenedBytes.of(SyntheticKdump.of(vmcore).bytes(), 100_000, 6);
        for (int i = 0; i < 60; i++) {
            byte[] cut = Arrays.copyOf(flattened, i < 30 ? i * 200 : (int) ((long) flattened.length * i / 60));
            try (Vmcore opened =
                    Vmcore.open(List.of(STANDARD_INPUT), settings(new ByteArrayInputStream(cut), SpoolRoom.NO_LIMIT))) {
                assertThat(opened.cut())
                        .hasValueSatisfying(line -> assertThat(line)
                                .startsWith("standard input: was cut, it ends at offset ")
                                .doesNotContain("\n"));
            } catch (VmcoreException e) {
                assertThat(e).hasMessageStartingWith("standard input: ");
            }
        }
    }

    @Test
    void shouldReadAllButTheEndOfAStreamThatWasCut() throws IOException {
        byte[] kdump = SyntheticKdump.of(vmcore).bytes();
        FlattenedBytes flattened = new FlattenedBytes(1, 1);
        for (int at = 0; at < kdump.length; at += 1000) {
            byte[] piece = Arrays.copyOfRange(kdump, at, Math.min(kdump.length, at + 1000));
            flattened.record(at, piece.length, piece);
        }
        byte[] withoutEnd = flattened.toByteArray();
        assertThat(stream(new ByteArrayInputStream(withoutEnd))).isEqualTo(expected);

        byte[] cut = Arrays.copyOf(withoutEnd, withoutEnd.length - 2500);
        try (Vmcore opened =
                Vmcore.open(List.of(STANDARD_INPUT), settings(new ByteArrayInputStream(cut), SpoolRoom.NO_LIMIT))) {
            assertThat(opened.cut()).isPresent();
            assertThat(DumpContents.descriptors(opened)).isEqualTo(expected.descriptors());
            Map<Long, ByteBuffer> pages = DumpContents.pages(opened, 64);
            assertThat(expected.pages()).containsAllEntriesOf(pages);
            assertThat(pages.size()).isLessThan(expected.pages().size()).isPositive();
        }
        byte[] elf = FlattenedBytes.of(Files.readAllBytes(vmcore.file()), 100_000, 6);
        assertThatThrownBy(() -> stream(new ByteArrayInputStream(elf, 0, elf.length - 16)))
                .isInstanceOf(TruncatedVmcoreException.class)
                .hasMessage("standard input: the flattened stream was cut, it ends at offset " + (elf.length - 16)
                        + " without the end record, and what came does not begin like a kdump file");
    }

    @Test
    void shouldSayWhyAStreamCannotBeRead() {
        InputStream broken = new SequenceInputStream(
                new ByteArrayInputStream(FlattenedBytes.of(new byte[9000], 500, 1), 0, 5000), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("connection reset");
                    }
                });
        assertThatThrownBy(() -> stream(broken))
                .isInstanceOf(IOException.class)
                .hasMessage("standard input: cannot be read at offset 5000: connection reset");
    }
}
