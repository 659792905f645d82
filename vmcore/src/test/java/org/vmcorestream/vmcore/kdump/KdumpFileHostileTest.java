// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Files that somebody made to hurt the reader. */
@Timeout(60)
class KdumpFileHostileTest {
    private static final int PAGE = 4096;
    private static final int END_PFN = 64;

    /** The file has 1 block of main header, 1 of sub header and notes, 2 of bitmaps. */
    private static final int KEPT = 3 * PAGE;

    private static final int DESCRIPTORS = 4 * PAGE;

    @TempDir
    Path folder;

    private Path file;
    private byte[] good;
    private long firstPfn;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("dump");
        var pages = KdumpFixture.pages(PAGE, END_PFN, 11);
        firstPfn = pages.keySet().iterator().next();
        KdumpFixture.write(
                file, KdumpFixture.header(PageCodec.ZLIB, PAGE, END_PFN, 31), KdumpFixture.full(END_PFN), pages);
        good = Files.readAllBytes(file);
    }

    @Test
    void shouldRefuseWhatIsNoKdumpFile() {
        assertNotOpened(bytes -> bytes.put(0, (byte) 'X'), "has no kdump signature at offset 0");
        assertNotOpened(
                bytes -> bytes.put(0, "makedumpfile".getBytes(StandardCharsets.US_ASCII)),
                "is in makedumpfile's flattened format");
        assertNotOpened(
                bytes -> bytes.put(0, "DISKDUMP".getBytes(StandardCharsets.US_ASCII)), "has no kdump signature");
    }

    @Test
    void shouldRefuseOtherVersionsAndLayouts() {
        assertNotOpened(bytes -> bytes.putInt(8, 0), "has kdump header version 0, expected 1 to 6");
        assertNotOpened(bytes -> bytes.putInt(8, 7), "has kdump header version 7, expected 1 to 6");
        assertNotOpened(bytes -> bytes.putInt(8, 0x0600_0000), "is a big-endian kdump file");
        assertNotOpened(bytes -> bytes.putInt(PAGE + 12, 1), "is one part of a split dump");
    }

    @Test
    void shouldRefuseImpossibleHeaders() {
        assertNotOpened(bytes -> bytes.putInt(428, 0), "has blocks of 0 bytes");
        assertNotOpened(bytes -> bytes.putInt(428, -4096), "has blocks of -4096 bytes");
        assertNotOpened(bytes -> bytes.putInt(428, 1 << 30), "has blocks of 1073741824 bytes");
        assertNotOpened(bytes -> bytes.putInt(424, 0x3), "has status 0x3, expected at most one codec flag");
        assertNotOpened(bytes -> bytes.putInt(432, 0), "bitmaps of 8192 bytes at offset 4096");
        assertNotOpened(bytes -> bytes.putInt(432, -5), "bitmaps of 8192 bytes at offset 18446744073709535232");
        assertNotOpened(bytes -> bytes.putInt(432, Integer.MAX_VALUE), "bitmaps of 8192 bytes at offset 8796093022208");
        assertNotOpened(bytes -> bytes.putInt(436, 0), "has 0 blocks of bitmaps, expected 2");
        assertNotOpened(bytes -> bytes.putInt(436, 3), "has 3 blocks of bitmaps");
        assertNotOpened(bytes -> bytes.putInt(436, -2), "bitmaps of 17592186036224 bytes");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 96, -1), "has 18446744073709551615 page frames");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 96, 1L << 37), "has 2 blocks of bitmaps, expected 8388608");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 96, (1L << 37) + 1), "has 137438953473 page frames");
    }

    @Test
    void shouldRefuseNotesOutsideOfTheFile() {
        assertNotOpened(bytes -> bytes.putLong(PAGE + 56, -1), "has notes of 18446744073709551615 bytes");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 56, 1L << 40), "has notes of 1099511627776 bytes");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 56, 60 << 20), "notes of 62914560 bytes at offset 4200");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 48, -1), "at offset 18446744073709551615");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 48, Long.MAX_VALUE), "at offset 9223372036854775807");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 32, 0), "has VMCOREINFO of");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 32, Long.MIN_VALUE), "has VMCOREINFO of");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 40, -1), "has VMCOREINFO of 18446744073709551615 bytes");
        assertNotOpened(bytes -> bytes.putLong(PAGE + 40, 1000), "has VMCOREINFO of 1000 bytes");
    }

    @Test
    void shouldRefuseImpossibleDescriptors() {
        int at = DESCRIPTORS;
        assertNotRead(bytes -> bytes.putLong(at, 0), "expected a page: the file does not say that it is incomplete");
        assertNotRead(bytes -> bytes.putLong(at, -1), "at offset 18446744073709551615 with flags");
        assertNotRead(bytes -> bytes.putLong(at, good.length), "and the end of the file at " + good.length);
        assertNotRead(bytes -> bytes.putInt(at + 8, 0), "has 0 bytes at offset");
        assertNotRead(bytes -> bytes.putInt(at + 8, -1), "has 4294967295 bytes at offset");
        assertNotRead(bytes -> bytes.putInt(at + 8, PAGE + 1), "has 4097 bytes at offset");
        assertNotRead(bytes -> bytes.putInt(at + 12, 3), "with flags 0x3, expected flags 0, 0x1, 0x2, 0x4 or 0x20");
        assertNotRead(bytes -> bytes.putInt(at + 12, 0x100), "with flags 0x100, expected");
        assertNotRead(bytes -> bytes.putInt(at + 8, 10).putInt(at + 12, 0), "has 10 bytes at offset");
        assertNotRead(bytes -> bytes.putLong(at, PAGE), "expected them between offset ");
        long last = good.length - 100;
        assertNotRead(
                bytes -> bytes.putLong(at, last).putInt(at + 8, 100).putInt(at + 12, 1),
                "zlib page of 100 stored bytes");
        assertNotRead(
                bytes -> bytes.putLong(at, last).putInt(at + 8, 100).putInt(at + 12, 2),
                "lzo page of 100 stored bytes");
    }

    @Test
    void shouldRefuseEveryTruncation() throws Exception {
        for (int length = 0; length < good.length; length += length < 600 ? 7 : 211) {
            Files.write(file, Arrays.copyOf(good, length));
            try (KdumpFile dump = KdumpFile.open(file)) {
                assertThat(length).isGreaterThanOrEqualTo(DESCRIPTORS);
                assertThat(readAll(dump)).as("cut to %d", length).isGreaterThan(0);
            } catch (VmcoreException e) {
                assertThat(length).as(e.getMessage()).isLessThan(DESCRIPTORS);
                assertOneLine(e);
            }
        }
    }

    @Test
    void shouldTakeAnIncompleteFileThatEndsInItsDescriptors() throws Exception {
        // as makedumpfile leaves it when the disk gets full
        byte[] cut = Arrays.copyOf(good, DESCRIPTORS + 12);
        cut[424] |= 8;
        Files.write(file, cut);
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.descriptor(firstPfn)).isEqualTo(PageDescriptor.MISSING);
        }
        cut[424] &= ~8;
        Files.write(file, cut);
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.incomplete()).isTrue();
            assertThat(dump.descriptor(firstPfn)).isEqualTo(PageDescriptor.MISSING);
        }
    }

    @Test
    void shouldIgnoreBitsBeyondTheEnd() throws Exception {
        byte[] bytes = good.clone();
        Arrays.fill(bytes, KEPT + END_PFN / 8, KEPT + PAGE, (byte) 0xff);
        Files.write(file, bytes);
        try (KdumpFile dump = KdumpFile.open(file)) {
            long pages = 0;
            for (long pfn = dump.nextKept(0); pfn >= 0; pfn = dump.nextKept(pfn + 1)) {
                pages++;
            }
            assertThat(dump.keptPages()).isEqualTo(pages).isLessThan(END_PFN);
            assertThat(dump.kept(END_PFN)).isFalse();
        }
    }

    @Test
    void shouldSurviveFlippedBits() throws Exception {
        long seed = 77;
        Random random = new Random(seed);
        for (int round = 0; round < 700; round++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(5); flips > 0; flips--) {
                // half of them where the headers are
                int at = random.nextBoolean() ? 400 + random.nextInt(64) : random.nextInt(bytes.length);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, bytes);
            try (KdumpFile dump = KdumpFile.open(file)) {
                readAll(dump);
            } catch (VmcoreException e) {
                assertOneLine(e);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    @Test
    void shouldHoldLittleOfAHugeSparseFile() throws Exception {
        // claims 2^32 page frames (16 TiB) in a file of 1 GiB of holes
        byte[] headers = Arrays.copyOf(good, 2 * PAGE);
        ByteBuffer bytes = ByteBuffer.wrap(headers).order(ByteOrder.LITTLE_ENDIAN);
        KdumpLayout layout = KdumpLayout.of(PAGE, 1L << 32, 0);
        bytes.putInt(436, (int) layout.bitmapBlocks()).putLong(PAGE + 96, 1L << 32);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(layout.descriptorOffset(1));
            sparse.seek(0);
            sparse.write(headers);
            sparse.seek(layout.keptOffset() + (1L << 29) - 1);
            sparse.write(0x80);
        }
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.kept((1L << 32) - 1)).isTrue();
            assertThat(dump.keptPages()).isEqualTo(1);
            assertThat(dump.incomplete()).isFalse();
            assertThatThrownBy(() -> dump.descriptor((1L << 32) - 1))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageContaining("expected a page: the file does not say that it is incomplete");
        }
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        Path nothing = folder.resolve("nothing");
        assertThatThrownBy(() -> KdumpFile.open(nothing))
                .isInstanceOf(VmcoreException.class)
                .hasMessage(nothing + ": does not exist, expected a vmcore");
        assertThatThrownBy(() -> KdumpFile.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(folder.toString());
    }

    /** Reads all pages and returns how many are bad. */
    private static int readAll(KdumpFile dump) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(dump.header().pageSize());
        int bad = 0;
        for (long pfn = dump.nextKept(0); pfn >= 0; pfn = dump.nextKept(pfn + 1)) {
            dump.present(pfn);
            try {
                dump.readPage(pfn, page.clear());
            } catch (VmcoreException e) {
                assertOneLine(e);
                bad++;
            }
        }
        return bad;
    }

    private static void assertOneLine(VmcoreException e) {
        assertThat(e.getMessage()).doesNotContain("\n").contains("dump");
    }

    private void assertNotOpened(Consumer<ByteBuffer> change, String message) {
        assertThatThrownBy(() -> KdumpFile.open(changed(change)).close())
                .isInstanceOf(VmcoreException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    private void assertNotRead(Consumer<ByteBuffer> change, String message) {
        assertThatThrownBy(() -> {
                    try (KdumpFile dump = KdumpFile.open(changed(change))) {
                        dump.readPage(firstPfn, ByteBuffer.allocate(PAGE));
                    }
                })
                .isInstanceOf(VmcoreException.class)
                .hasMessageStartingWith(file + ": page frame " + firstPfn)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    private Path changed(Consumer<ByteBuffer> change) throws IOException {
        byte[] bytes = good.clone();
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return Files.write(file, bytes);
    }
}
