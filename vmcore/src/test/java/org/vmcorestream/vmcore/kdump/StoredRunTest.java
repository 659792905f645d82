// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Pages that are added in runs make the file that pages added one by one make. */
class StoredRunTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 6000;

    @TempDir
    Path folder;

    private record Page(long pfn, int length, boolean raw) {}

    private record Run(List<Page> list) implements StoredRun {
        @Override
        public int pages() {
            return list.size();
        }

        @Override
        public long pfn(int page) {
            return list.get(page).pfn();
        }

        @Override
        public int length(int page) {
            return list.get(page).length();
        }

        @Override
        public boolean raw(int page) {
            return list.get(page).raw();
        }

        int bytes() {
            return list.stream().mapToInt(Page::length).sum();
        }
    }

    private static ByteBuffer noise(Random random, int length) {
        byte[] bytes = new byte[length + 7];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes).slice(7, length).asReadOnlyBuffer();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /** Runs of pages, some of which never come: small ones and large ones, zero pages between. */
    private static List<Run> runs(Random random) {
        List<Run> runs = new ArrayList<>();
        long pfn = random.nextInt(3);
        while (pfn < PAGES) {
            List<Page> pages = new ArrayList<>();
            int most = 1 + random.nextInt(1 << random.nextInt(9));
            for (int i = 0; i < most && pfn < PAGES; i++, pfn += 1 + random.nextInt(8) / 7) {
                int kind = random.nextInt(5);
                pages.add(new Page(pfn, kind == 0 ? 0 : kind == 1 ? PAGE : 1 + random.nextInt(PAGE - 1), kind == 1));
            }
            runs.add(new Run(pages));
        }
        return runs;
    }

    @Test
    void shouldMakeTheSameFile() throws IOException {
        long seed = System.nanoTime();
        for (int level : new int[] {31, 16}) {
            KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, PAGES, level);
            PfnBitmap all = KdumpFixture.full(PAGES);
            Random random = new Random(seed);
            List<Run> runs = runs(random);
            Path one = folder.resolve("one" + level);
            Path other = folder.resolve("other" + level);
            try (KdumpFileWriter fast = KdumpFileWriter.create(one, header, all, all);
                    KdumpFileWriter slow = KdumpFileWriter.create(other, header, all, all)) {
                for (Run run : runs) {
                    ByteBuffer stored = noise(random, run.bytes());
                    fast.addRun(run, stored, crc(stored));
                    assertThat(stored.remaining()).isEqualTo(run.bytes());
                    int offset = 0;
                    for (Page page : run.list()) {
                        if (page.length() == 0) {
                            slow.addZeroPage(page.pfn());
                        } else {
                            slow.addPage(page.pfn(), stored, offset, page.length(), page.raw());
                        }
                        offset += page.length();
                    }
                    assertThat(fast.size()).as("seed %d", seed).isEqualTo(slow.size());
                }
                assertThat(fast.finish(false)).as("seed %d", seed).isEqualTo(slow.finish(false));
            }
            assertThat(Files.mismatch(one, other))
                    .as("seed %d, level %d", seed, level)
                    .isEqualTo(-1);
            int whole = crc(ByteBuffer.wrap(Files.readAllBytes(one)));
            assertThat(KdumpFixture.crc(one)).as("seed %d", seed).isEqualTo(whole);
        }
    }

    @Test
    void shouldReportTheDigestOfTheFile() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, PAGES, 16);
        PfnBitmap all = KdumpFixture.full(PAGES);
        Random random = new Random(1);
        try (KdumpFileWriter writer = KdumpFileWriter.create(folder.resolve("file"), header, all, all)) {
            for (Run run : runs(random)) {
                ByteBuffer stored = noise(random, run.bytes());
                writer.addRun(run, stored, crc(stored));
            }
            assertThat(writer.finish(false).crc32c()).isEqualTo(KdumpFixture.crc(folder.resolve("file")));
        }
    }

    @Test
    void shouldRefuseARunBeforeAnythingOfItIsWritten() throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, 100, 31);
        PfnBitmap kept = KdumpFixture.bitmap(100, 3, 4, 9);
        Random random = new Random(1);
        try (KdumpFileWriter writer =
                KdumpFileWriter.create(folder.resolve("file"), header, KdumpFixture.full(100), kept)) {
            long before = writer.size();
            assertRefused(writer, random, 10, "is not to be kept", new Page(3, 10, false), new Page(5, 0, false));
            assertRefused(writer, random, 20, "comes too late", new Page(4, 10, false), new Page(3, 10, false));
            assertRefused(writer, random, 11, "have 10 stored bytes, expected all 11", new Page(3, 10, false));
            assertRefused(writer, random, 9, "have 10 stored bytes, expected all 9", new Page(3, 10, false));
            assertRefused(writer, random, 4096, "has 4096 stored bytes", new Page(3, 4096, false));
            assertThat(writer.size()).isEqualTo(before);
            Run run = new Run(List.of(new Page(3, 10, false), new Page(9, 4096, true)));
            ByteBuffer stored = noise(random, run.bytes());
            writer.addRun(run, stored, crc(stored));
            KdumpFileWriter.Summary summary = writer.finish(false);
            assertThat(summary.missing()).isOne();
            assertThat(summary.crc32c()).isEqualTo(KdumpFixture.crc(folder.resolve("file")));
        }
    }

    private static void assertRefused(KdumpFileWriter writer, Random random, int bytes, String message, Page... pages) {
        ByteBuffer stored = noise(random, bytes);
        assertThatThrownBy(() -> writer.addRun(new Run(List.of(pages)), stored, crc(stored)))
                .isInstanceOf(VmcoreException.class)
                .hasMessageContaining(message);
    }
}
