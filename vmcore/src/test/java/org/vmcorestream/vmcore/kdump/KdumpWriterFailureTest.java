// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.codec.PageCodec;

class KdumpWriterFailureTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 2000;

    @TempDir
    Path folder;

    private final KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, PAGES, 31);
    private Path file;
    private Path partial;

    @BeforeEach
    void names() {
        file = folder.resolve("dump.kdump");
        partial = folder.resolve("dump.kdump.partial");
    }

    @Test
    void shouldWriteUnderAnotherNameUntilFinished() throws Exception {
        try (KdumpFileWriter writer = create(PartialFile.ON_DISK)) {
            writer.addZeroPage(0);
            assertThat(partial).exists();
            assertThat(file).doesNotExist();
            writer.finish(false);
            assertThat(partial).doesNotExist();
            assertThat(file).exists();
        }
        assertThat(file).exists();
    }

    @Test
    void shouldLetOnlyTheOwnerReadADump() throws Exception {
        try (KdumpFileWriter writer = create(PartialFile.ON_DISK)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(partial)))
                    .isEqualTo("rw-------");
            writer.finish(false);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldThrowAwayWhatWasNotFinished() throws Exception {
        Files.writeString(file, "an older dump");
        KdumpFileWriter writer = create(PartialFile.ON_DISK);
        writer.addZeroPage(0);
        writer.close();
        writer.close();
        assertThat(partial).doesNotExist();
        assertThat(file).hasContent("an older dump");
        assertThatThrownBy(() -> addNoise(writer)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldReplaceOlderPartialAndOlderFile() throws Exception {
        Files.writeString(file, "an older dump");
        Files.write(partial, new byte[50_000_000]);
        KdumpFileWriter.Summary summary;
        try (KdumpFileWriter writer = create(PartialFile.ON_DISK)) {
            summary = writer.finish(false);
        }
        assertThat(Files.size(file)).isEqualTo(summary.size()).isLessThan(1_000_000);
        assertThat(KdumpFixture.crc(file)).isEqualTo(summary.crc32c());
    }

    @Test
    void shouldNameFileAndPositionWhenTheDiskIsFull() throws Exception {
        KdumpFileWriter writer = create(full(100_000, true));
        Throwable thrown = catchThrowable(() -> addNoise(writer));
        assertThat(thrown)
                .isInstanceOf(DiskFullException.class)
                .hasMessageMatching(
                        "\\Q" + partial + "\\E: cannot write \\d+ bytes at offset \\d+: No space left on device");
        assertThat(partial).doesNotExist();
        assertThatThrownBy(() -> writer.addZeroPage(PAGES - 1))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": is no longer being written");
        writer.close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldLeaveNothingBehindWhereverTheDiskGetsFull() throws Exception {
        long size;
        try (KdumpFileWriter writer = create(PartialFile.ON_DISK)) {
            addNoise(writer);
            size = writer.finish(false).size();
        }
        Files.delete(file);
        for (long room = 0; room < size; room += size / 40) {
            long bytes = room;
            Throwable thrown = catchThrowable(() -> {
                try (KdumpFileWriter writer = create(full(bytes, true))) {
                    addNoise(writer);
                    writer.finish(false);
                }
            });
            assertThat(thrown)
                    .as("room for %d bytes", room)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(folder).as("room for %d bytes", room).isEmptyDirectory();
        }
        try (KdumpFileWriter writer = create(full(size, true))) {
            addNoise(writer);
            assertThat(writer.finish(false).size()).isEqualTo(size);
        }
        assertThat(file).hasSize(size);
    }

    @Test
    void shouldNotGiveTheFinalNameWhenSyncFails() throws Exception {
        Files.writeString(file, "an older dump");
        try (KdumpFileWriter writer = create(full(Long.MAX_VALUE, false))) {
            assertThatThrownBy(() -> writer.finish(false))
                    .isInstanceOf(IOException.class)
                    .hasMessage(partial + ": cannot be synced and renamed to dump.kdump: Input/output error");
        }
        assertThat(partial).doesNotExist();
        assertThat(file).hasContent("an older dump");
    }

    @Test
    void shouldNotGiveTheFinalNameOfAFolder() throws Exception {
        Files.createDirectory(file);
        try (KdumpFileWriter writer = create(PartialFile.ON_DISK)) {
            assertThatThrownBy(() -> writer.finish(false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be synced and renamed to dump.kdump");
        }
        assertThat(partial).doesNotExist();
    }

    @Test
    void shouldRefuseASecondWriter() throws Exception {
        try (KdumpFileWriter first = create(PartialFile.ON_DISK)) {
            first.addZeroPage(0);
            assertThatThrownBy(() -> create(PartialFile.ON_DISK))
                    .isInstanceOf(IOException.class)
                    .hasMessage(partial + ": is being written by this process already");
            KdumpFileWriter.Summary summary = first.finish(false);
            assertThat(KdumpFixture.crc(file)).isEqualTo(summary.crc32c());
        }
    }

    @Test
    void shouldNotEmptyAFileThatWasFinishedBetweenOpenAndLock() throws Exception {
        Files.writeString(partial, "whole and finished");
        boolean[] raced = new boolean[1];
        PartialFile.Opener opener = path -> {
            FileChannel channel = PartialFile.ON_DISK.open(path);
            if (!raced[0]) {
                raced[0] = true;
                Files.move(partial, file);
            }
            return channel;
        };
        try (KdumpFileWriter writer = create(opener)) {
            writer.addZeroPage(0);
            assertThat(file).hasContent("whole and finished");
            assertThat(partial).exists();
        }
        assertThat(file).hasContent("whole and finished");
    }

    @Test
    void shouldNotFollowALinkInPlaceOfThePartialFile() throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "keep me");
        Files.createSymbolicLink(partial, victim);
        assertThatThrownBy(() -> create(PartialFile.ON_DISK)).isInstanceOf(IOException.class);
        assertThat(victim).hasContent("keep me");
    }

    @Test
    void shouldSayThatTheFolderIsMissing() {
        Path nowhere = folder.resolve("nowhere").resolve("dump");
        assertThatThrownBy(() ->
                        KdumpFileWriter.create(nowhere, header, KdumpFixture.full(PAGES), KdumpFixture.full(PAGES)))
                .isInstanceOf(IOException.class)
                .hasMessage(nowhere + ".partial: cannot be created: no such folder");
    }

    private KdumpFileWriter create(PartialFile.Opener opener) throws IOException {
        return KdumpDraft.whole(file, header, KdumpFixture.full(PAGES), KdumpFixture.full(PAGES), opener);
    }

    private static PartialFile.Opener full(long room, boolean syncs) {
        return path -> new FullDisk(FileChannel.open(path, StandardOpenOption.WRITE), room, syncs);
    }

    private static void addNoise(KdumpFileWriter writer) throws IOException {
        byte[] noise = new byte[PAGE];
        new Random(5).nextBytes(noise);
        for (int pfn = 0; pfn < PAGES; pfn++) {
            writer.addPage(pfn, ByteBuffer.wrap(noise), 0, PAGE, true);
        }
    }
}
