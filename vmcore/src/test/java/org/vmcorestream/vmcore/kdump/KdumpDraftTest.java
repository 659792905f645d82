// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;

/** A file whose second bitmap grows in it. */
class KdumpDraftTest {
    private static final int PAGE = 4096;

    /** What a draft may hold: its windows. */
    private static final long MOST_MEMORY = 16 * (64 << 10) + 64 * (4 << 10) + 16 * (4 << 10);

    @TempDir
    Path folder;

    private static KdumpHeader header(long endPfn) {
        return KdumpFixture.header(PageCodec.ZSTD, PAGE, endPfn, 31);
    }

    @Test
    void shouldBecomeTheFileThatBitmapsInMemoryMake() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int end = 12_000_000 + random.nextInt(1_000_000);
        PfnBitmap present = new PfnBitmap(end);
        present.set(0, end / 3);
        present.set(end / 2, end);
        PfnBitmap kept = new PfnBitmap(end);
        try (KdumpDraft draft = KdumpDraft.create(
                folder.resolve("drafted"), header(end), List.of(new PfnRun(0, end / 3), new PfnRun(end / 2, end)))) {
            for (int i = 0; i < 3000; i++) {
                long first = random.nextInt(end);
                long behind = Math.min(end, first + 1 + random.nextInt(20));
                draft.noted().set(first, behind);
                draft.numbers().put(first >>> 15, random.nextLong());
                if (first >= end / 3 && first < end / 2 || first < end / 3 && behind > end / 3) {
                    continue;
                }
                kept.set(first, behind);
                draft.kept().set(first, behind);
            }
            assertThat(draft.memory()).as("seed %d", seed).isLessThanOrEqualTo(MOST_MEMORY);
            KdumpFileWriter.Summary drafted = fill(draft.begin(header(end)), kept);
            KdumpFileWriter.Summary whole =
                    fill(KdumpFileWriter.create(folder.resolve("whole"), header(end), present, kept), kept);
            assertThat(drafted).as("seed %d", seed).isEqualTo(whole);
        }
        assertThat(Files.mismatch(folder.resolve("drafted"), folder.resolve("whole")))
                .as("seed %d", seed)
                .isEqualTo(-1);
        assertThat(KdumpFixture.crc(folder.resolve("drafted")))
                .as("seed %d", seed)
                .isEqualTo(KdumpFixture.crc(folder.resolve("whole")));
        try (KdumpFile file = KdumpFile.open(folder.resolve("drafted"))) {
            assertThat(file.keptPages()).as("seed %d", seed).isEqualTo(kept.cardinality());
        }
    }

    private static KdumpFileWriter.Summary fill(KdumpFileWriter writer, PfnBitmap kept) throws IOException {
        try (writer) {
            ByteBuffer page = ByteBuffer.allocate(PAGE);
            for (long pfn = kept.nextSet(0); pfn >= 0; pfn = kept.nextSet(pfn + 1)) {
                if (pfn % 3 == 0) {
                    writer.addPage(pfn, page.putLong(0, pfn), 0, 16, false);
                } else if (pfn % 3 == 1) {
                    writer.addZeroPage(pfn);
                }
            }
            return writer.finish(false);
        }
    }

    @Test
    void shouldHoldNoMoreForAGuestOf64TebibytesThanForASmallOne() throws IOException {
        long end = 1L << 34;
        long step = end / 1000;
        Path path = folder.resolve("huge");
        KdumpFileWriter.Summary summary;
        try (KdumpDraft draft = KdumpDraft.create(path, header(end), List.of(new PfnRun(0, 1 << 20)))) {
            for (long pfn = 3; pfn < 1 << 20; pfn += 1000) {
                draft.kept().set(pfn, pfn + 2);
            }
            for (long pfn = 0; pfn < end; pfn += step) {
                draft.noted().set(pfn, pfn + 1);
                draft.numbers().put(pfn >>> 15, pfn);
            }
            assertThat(draft.memory()).isLessThanOrEqualTo(MOST_MEMORY);
            assertThat(draft.noted().cardinality(0, end)).isEqualTo((end + step - 1) / step);
            assertThat(draft.numbers().get(500 * step >>> 15)).isEqualTo(500 * step);
            try (KdumpFileWriter writer = draft.begin(header(end))) {
                writer.addZeroPage(3);
                writer.addZeroPage(1003);
                summary = writer.finish(false);
            }
            assertThat(draft.memory()).isLessThanOrEqualTo(MOST_MEMORY);
        }
        assertThat(summary.missing()).isEqualTo(2 * 1049 - 2);
        assertThat(Files.size(path)).isEqualTo(summary.size()).isEqualTo(2 * PAGE + (1L << 32) + 2 * 1049 * 24 + PAGE);
        try (KdumpFile file = KdumpFile.open(path)) {
            assertThat(file.present((1 << 20) - 1)).isTrue();
            assertThat(file.present(1 << 20)).isFalse();
            assertThat(file.kept(1003)).isTrue();
            assertThat(file.kept(1005)).isFalse();
            assertThat(file.kept(end - 1)).isFalse();
        }
    }

    @Test
    void shouldReachToItsDescriptorsWhenNothingIsKept() throws IOException {
        long end = 5_000_000;
        KdumpFileWriter.Summary summary;
        try (KdumpDraft draft = KdumpDraft.create(
                        folder.resolve("empty"),
                        KdumpFixture.header(PageCodec.ZSTD, PAGE, end, 0),
                        List.of(new PfnRun(0, 5)));
                KdumpFileWriter writer = draft.begin(KdumpFixture.header(PageCodec.ZSTD, PAGE, end, 0))) {
            summary = writer.finish(false);
        }
        assertThat(Files.size(folder.resolve("empty"))).isEqualTo(summary.size());
        assertThat(KdumpFixture.crc(folder.resolve("empty"))).isEqualTo(summary.crc32c());
    }

    @Test
    void shouldGoAwayWhenItIsGivenUp() throws IOException {
        KdumpDraft draft = KdumpDraft.create(folder.resolve("dump"), header(10_000), List.of(new PfnRun(0, 10_000)));
        draft.kept().set(5, 90);
        draft.noted().set(5, 90);
        assertThat(folder.resolve("dump.partial")).exists();
        draft.close();
        draft.close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldRefusePagesWithoutMemory() throws IOException {
        try (KdumpDraft draft =
                KdumpDraft.create(folder.resolve("dump"), header(9_000_000), List.of(new PfnRun(0, 7)))) {
            draft.kept().set(8_000_001, 8_000_003);
            assertThatThrownBy(() -> draft.begin(header(9_000_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("page frame 8000001 is kept but not in the first bitmap");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldRefuseHeadersOfAnotherLayout() throws IOException {
        try (KdumpDraft draft = KdumpDraft.create(folder.resolve("dump"), header(100), List.of(new PfnRun(0, 7)))) {
            assertThatThrownBy(() -> draft.begin(header(99)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("headers of another layout than those that");
            assertThatThrownBy(() -> draft.begin(header(100))).isInstanceOf(IllegalStateException.class);
        }
        assertThat(folder).isEmptyDirectory();
    }
}
