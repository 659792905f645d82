// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

class KdumpWriterTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    @Test
    void shouldPutEveryFieldWhereReadersLookForIt() throws Exception {
        // offsets as literals: they are those of the C structures, see the class comments of the headers
        byte[] noise = noise();
        KdumpHeader header = KdumpFixture.header(PageCodec.LZO, PAGE, 40_000, 31);
        Path file = folder.resolve("dump");
        PfnBitmap present = KdumpFixture.full(40_000);
        PfnBitmap kept = KdumpFixture.bitmap(40_000, 3, 9, 39_999);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, present, kept)) {
            writer.addPage(3, ByteBuffer.wrap(noise), 0, PAGE, true);
            writer.addZeroPage(9);
            writer.addPage(39_999, ByteBuffer.wrap(noise), 100, 50, false);
            writer.finish(false);
        }
        ByteBuffer bytes = read(file);
        assertThat(text(bytes, 0, 8)).isEqualTo("KDUMP   ");
        assertThat(bytes.getInt(8)).isEqualTo(6);
        assertThat(text(bytes, 12, 65)).isEqualTo("Linux");
        assertThat(text(bytes, 77, 65)).isEqualTo("guest-7");
        assertThat(text(bytes, 142, 65)).isEqualTo("6.12.107+deb13-amd64");
        assertThat(text(bytes, 207, 65)).isEqualTo("#1 SMP");
        assertThat(text(bytes, 272, 65)).isEqualTo("x86_64");
        assertThat(text(bytes, 337, 65)).isEqualTo("(none)");
        assertThat(bytes.getLong(408)).as("tv_sec").isEqualTo(1_763_800_000L);
        assertThat(bytes.getLong(416)).as("tv_usec").isZero();
        assertThat(bytes.getInt(424)).as("status").isEqualTo(2);
        assertThat(bytes.getInt(428)).as("block_size").isEqualTo(PAGE);
        assertThat(bytes.getInt(432)).as("sub_hdr_size").isEqualTo(1);
        assertThat(bytes.getInt(436)).as("bitmap_blocks").isEqualTo(4);
        assertThat(bytes.getInt(440)).as("max_mapnr").isEqualTo(40_000);
        for (int unused = 444; unused < 460; unused += 4) {
            assertThat(bytes.getInt(unused)).isZero();
        }
        assertThat(bytes.getInt(460)).as("nr_cpus").isEqualTo(3);

        assertThat(bytes.getLong(PAGE)).as("phys_base").isEqualTo(-304_087_040L);
        assertThat(bytes.getInt(PAGE + 8)).as("dump_level").isEqualTo(31);
        assertThat(bytes.getInt(PAGE + 12)).as("split").isZero();
        assertThat(bytes.getLong(PAGE + 16)).as("start_pfn").isZero();
        assertThat(bytes.getLong(PAGE + 24)).as("end_pfn").isZero();
        assertThat(bytes.getLong(PAGE + 32)).as("offset_vmcoreinfo").isEqualTo(PAGE + 104 + 20);
        assertThat(bytes.getLong(PAGE + 40)).as("size_vmcoreinfo").isEqualTo(KdumpFixture.VMCOREINFO.length());
        assertThat(bytes.getLong(PAGE + 48)).as("offset_note").isEqualTo(PAGE + 104);
        assertThat(bytes.getLong(PAGE + 56)).as("size_note").isEqualTo(KdumpFixture.notes().length);
        for (int unused = 64; unused < 96; unused += 8) {
            assertThat(bytes.getLong(PAGE + unused)).isZero();
        }
        assertThat(bytes.getLong(PAGE + 96)).as("max_mapnr_64").isEqualTo(40_000);
        assertThat(text(bytes, PAGE + 104 + 20, KdumpFixture.VMCOREINFO.length()))
                .isEqualTo(KdumpFixture.VMCOREINFO);

        assertThat(bytes.get(2 * PAGE)).as("1st bitmap").isEqualTo((byte) 0xff);
        assertThat(bytes.get(2 * PAGE + 4999)).isEqualTo((byte) 0xff);
        assertThat(bytes.get(2 * PAGE + 5000)).isZero();
        assertThat(bytes.getShort(4 * PAGE)).as("2nd bitmap").isEqualTo((short) (1 << 3 | 1 << 9));
        assertThat(bytes.get(4 * PAGE + 4999)).isEqualTo((byte) 0x80);

        int data = 6 * PAGE + 3 * 24;
        assertDescriptor(bytes, 6 * PAGE, data + PAGE, PAGE, 0);
        assertDescriptor(bytes, 6 * PAGE + 24, data, PAGE, 0);
        assertDescriptor(bytes, 6 * PAGE + 48, data + 2 * PAGE, 50, 2);
        assertThat(slice(bytes, data, PAGE)).isEqualTo(new byte[PAGE]);
        assertThat(slice(bytes, data + PAGE, PAGE)).isEqualTo(noise);
        assertThat(slice(bytes, data + 2 * PAGE, 50)).isEqualTo(Arrays.copyOfRange(noise, 100, 150));
        assertThat(bytes.capacity()).isEqualTo(data + 2 * PAGE + 50);
    }

    @Test
    void shouldCapMaxMapnrAt32Bits() {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 1L << 33, 31);
        KdumpLayout layout = KdumpLayout.of(PAGE, 1L << 33, 0);
        ByteBuffer block = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
        MainHeader.of(header, layout, false).put(block);
        assertThat(block.getInt(440)).isEqualTo(-1);
        assertThat(Integer.toUnsignedLong(block.getInt(436))).isEqualTo(layout.bitmapBlocks());
        block = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
        SubHeader.of(header, layout).put(block);
        assertThat(block.getLong(96)).isEqualTo(1L << 33);
    }

    @Test
    void shouldCutLongNamesAndNeverSayNoCpu() throws Exception {
        KernelIdentity kernel = new KernelIdentity("x".repeat(100), "", "r", "v", "m", "ü".repeat(40), "", 0, 0);
        KdumpHeader header = new KdumpHeader(kernel, PAGE, 1, 0, PageCodec.ZLIB, 0, new byte[0], 0, 0);
        Path file = folder.resolve("dump");
        KdumpFixture.write(file, header, KdumpFixture.full(1), Map.of());
        ByteBuffer bytes = read(file);
        assertThat(text(bytes, 12, 65)).isEqualTo("x".repeat(64));
        assertThat(bytes.get(12 + 64)).isZero();
        assertThat(bytes.get(337 + 64)).isZero();
        assertThat(bytes.getInt(460)).isEqualTo(1);
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.header().kernel().domainname()).isEqualTo("ü".repeat(32));
        }
    }

    @Test
    void shouldStoreZeroPageFirstWithLevelOneAndWhenNeededWithout() throws Exception {
        PfnBitmap kept = KdumpFixture.bitmap(10, 1, 2);
        for (int level : new int[] {30, 31}) {
            for (boolean zero : new boolean[] {false, true}) {
                Path file = folder.resolve("dump-" + level + zero);
                KdumpHeader header = KdumpFixture.header(PageCodec.LZO, PAGE, 10, level);
                try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, KdumpFixture.full(10), kept)) {
                    writer.addPage(1, ByteBuffer.wrap(noise()), 0, 10, false);
                    if (zero) {
                        writer.addZeroPage(2);
                    } else {
                        writer.addPage(2, ByteBuffer.wrap(noise()), 0, 10, false);
                    }
                    writer.finish(false);
                }
                long data =
                        KdumpLayout.of(PAGE, 10, KdumpFixture.notes().length).descriptorOffset(2);
                try (KdumpFile dump = KdumpFile.open(file)) {
                    assertThat(dump.descriptor(1).offset()).isEqualTo(level == 31 ? data + PAGE : data);
                    if (zero) {
                        assertThat(dump.descriptor(2))
                                .isEqualTo(new PageDescriptor(level == 31 ? data : data + 10, PAGE, 0));
                    }
                }
            }
        }
    }

    @Test
    void shouldSayIncompleteWhenPagesAreMissing() throws Exception {
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 100, 31);
        PfnBitmap kept = KdumpFixture.bitmap(100, 1, 2, 3, 50, 60, 70);
        byte[] noise = noise();
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, KdumpFixture.full(100), kept)) {
            writer.addPage(2, ByteBuffer.wrap(noise), 0, PAGE, true);
            writer.addPage(60, ByteBuffer.wrap(noise), 0, PAGE, true);
            KdumpFileWriter.Summary summary = writer.finish(false);
            assertThat(summary.pages()).isEqualTo(2);
            assertThat(summary.missing()).isEqualTo(4);
            assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(file));
        }
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.status()).isEqualTo(0x20 | 0x8);
            for (long missing : new long[] {1, 3, 50, 70}) {
                assertThat(dump.descriptor(missing).missing()).isTrue();
            }
            ByteBuffer page = ByteBuffer.allocate(PAGE);
            dump.readPage(60, page);
            assertThat(page.array()).isEqualTo(noise);
        }
    }

    @Test
    void shouldSayIncompleteWhenAskedTo() throws Exception {
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 100, 31);
        try (KdumpFileWriter writer =
                KdumpFileWriter.create(file, header, KdumpFixture.full(100), KdumpFixture.bitmap(100))) {
            assertThat(writer.finish(true).missing()).isZero();
        }
        try (KdumpFile dump = KdumpFile.open(file)) {
            assertThat(dump.incomplete()).isTrue();
        }
    }

    @Test
    void shouldRefusePagesThatCannotBe() throws Exception {
        Path file = folder.resolve("dump");
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 100, 31);
        ByteBuffer noise = ByteBuffer.wrap(noise());
        try (KdumpFileWriter writer =
                KdumpFileWriter.create(file, header, KdumpFixture.full(100), KdumpFixture.bitmap(100, 10, 20, 30))) {
            assertRefused(() -> writer.addPage(11, noise, 0, PAGE, true), "page frame 11 is not to be kept");
            assertRefused(() -> writer.addPage(100, noise, 0, PAGE, true), "page frame 100 is not to be kept");
            assertRefused(() -> writer.addZeroPage(-1), "page frame -1 is not to be kept");
            assertRefused(() -> writer.addPage(10, noise, 0, PAGE - 1, true), "has 4095 stored bytes");
            assertRefused(() -> writer.addPage(10, noise, 0, PAGE, false), "has 4096 stored bytes");
            assertRefused(() -> writer.addPage(10, noise, 0, 0, false), "has 0 stored bytes");
            assertRefused(() -> writer.addPage(10, noise, 0, -1, false), "has -1 stored bytes");
            assertThatThrownBy(() -> writer.addPage(10, noise, 4000, 97, false))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            writer.addZeroPage(20);
            assertRefused(() -> writer.addZeroPage(20), "page frame 20 comes too late, expected at least 30");
            assertRefused(() -> writer.addZeroPage(10), "page frame 10 comes too late, expected at least 30");
            writer.addZeroPage(30);
            assertRefused(() -> writer.addZeroPage(30), "page frame 30 comes too late, expected none any more");
            assertThat(writer.finish(false))
                    .extracting(KdumpFileWriter.Summary::pages, KdumpFileWriter.Summary::missing)
                    .containsExactly(2L, 1L);
            assertThatThrownBy(() -> writer.addZeroPage(30)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> writer.finish(false)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(file).exists();
    }

    @Test
    void shouldRefuseHeadersThatNoReaderOpens() throws Exception {
        PfnBitmap ten = KdumpFixture.full(10);
        KdumpHeader good = KdumpFixture.header(PageCodec.ZSTD, PAGE, 10, 31);
        assertBad(KdumpFixture.header(PageCodec.LZ4, PAGE, 10, 31), ten, ten, "codec LZ4");
        assertBad(KdumpFixture.header(null, PAGE, 10, 31), ten, ten, "codec null");
        assertBad(KdumpFixture.header(PageCodec.ZSTD, 5000, 10, 31), ten, ten, "page size 5000");
        assertBad(KdumpFixture.header(PageCodec.ZSTD, PAGE, 11, 31), ten, ten, "bitmaps of 10 and 10 page frames");
        assertBad(KdumpFixture.header(PageCodec.ZSTD, PAGE, 10, -1), ten, ten, "dump level -1");
        assertBad(good, KdumpFixture.full(11), ten, "bitmaps of 11 and 10 page frames");
        assertBad(good, ten, KdumpFixture.full(9), "bitmaps of 10 and 9 page frames");
        assertBad(good, KdumpFixture.bitmap(10, 1, 2), ten, "page frame 0 is kept but not in the first bitmap");
        assertBad(notes(new byte[10], 5, 6), ten, ten, "VMCOREINFO of 6 bytes at 5, expected it within 10 bytes");
        assertBad(notes(new byte[10], -1, 6), ten, ten, "VMCOREINFO of 6 bytes at -1");
        assertBad(notes(new byte[10], 1, Integer.MAX_VALUE), ten, ten, "VMCOREINFO of 2147483647 bytes at 1");
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    private void assertBad(KdumpHeader header, PfnBitmap present, PfnBitmap kept, String message) {
        assertThatThrownBy(() -> KdumpFileWriter.create(folder.resolve("bad"), header, present, kept))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static KdumpHeader notes(byte[] notes, int offset, int size) {
        return new KdumpHeader(KdumpFixture.KERNEL, PAGE, 10, 0, PageCodec.ZLIB, 0, notes, offset, size);
    }

    private void assertRefused(Adding adding, String message) {
        assertThatThrownBy(adding::run)
                .isInstanceOf(VmcoreException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message)
                .hasMessageContaining("expected")
                .hasMessageNotContaining("\n");
    }

    private interface Adding {
        void run() throws IOException;
    }

    private static void assertDescriptor(ByteBuffer bytes, int at, long offset, int size, int flags) {
        assertThat(List.of(
                        bytes.getLong(at),
                        (long) bytes.getInt(at + 8),
                        (long) bytes.getInt(at + 12),
                        bytes.getLong(at + 16)))
                .containsExactly(offset, (long) size, (long) flags, 0L);
    }

    private static byte[] noise() {
        byte[] noise = new byte[PAGE];
        new java.util.Random(1).nextBytes(noise);
        return noise;
    }

    private static ByteBuffer read(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] slice(ByteBuffer bytes, int at, int length) {
        byte[] slice = new byte[length];
        bytes.get(at, slice);
        return slice;
    }

    private static String text(ByteBuffer bytes, int at, int length) {
        String field = new String(slice(bytes, at, length), StandardCharsets.ISO_8859_1);
        int end = field.indexOf('\0');
        return end < 0 ? field : field.substring(0, end);
    }
}
