// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.file.DumpTarget;

/** A kdump file that is written to what cannot be read: the same bytes, each of them once. */
class HeldFrontTest {
    private static final int PAGE = 4096;
    private static final long END = 9_000_000;
    private static final Path NAME = Path.of("host", "vmcore");

    @TempDir
    private Path folder;

    @TempDir
    private Path spool;

    @AfterEach
    void shouldLeaveNothingBehind() throws IOException {
        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).isEmpty();
        }
    }

    private final Map<Long, byte[]> pages = KdumpFixture.pages(PAGE, 2_000, 5);
    private final MemoryTarget target = new MemoryTarget();
    private long most;

    private static KdumpHeader header(Optional<PfnRun> part) {
        KdumpHeader whole = KdumpFixture.header(PageCodec.LZO, PAGE, END, 30);
        return part.map(whole::ofPart).orElse(whole);
    }

    private KdumpFileWriter.Summary write(KdumpDraft draft, Optional<PfnRun> part) throws IOException {
        try (draft;
                PageCompressor compressor = PageCompressor.of(PageCodec.LZO)) {
            draft.noted().set(8_000_000, 8_900_000);
            draft.numbers().put(100, 42);
            draft.kept().set(0, 2_000);
            draft.kept().set(8_000_000, 8_000_001);
            for (long pfn = 0; pfn < 2_000; pfn++) {
                if (!pages.containsKey(pfn)) {
                    draft.kept().clear(pfn, pfn + 1);
                }
            }
            assertThat(draft.noted().get(8_500_000)).isTrue();
            assertThat(draft.numbers().get(100)).isEqualTo(42);
            try (KdumpFileWriter writer = draft.begin(header(part))) {
                for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
                    if (part.isEmpty() || page.getKey() < part.get().endPfn()) {
                        KdumpFixture.add(writer, compressor, page.getKey(), page.getValue());
                    }
                }
                return writer.finish(false);
            }
        }
    }

    private void assertSame(Optional<PfnRun> part) throws IOException {
        Path file = folder.resolve("file");
        List<PfnRun> present = List.of(new PfnRun(0, 3_000_000), new PfnRun(8_000_000, END));
        KdumpFileWriter.Summary onDisk = write(KdumpDraft.create(file, header(part), present), part);
        DumpTarget.Opener opener = bytes -> {
            most = bytes;
            return target;
        };
        KdumpFileWriter.Summary elsewhere = write(KdumpDraft.held(NAME, header(part), present, spool, opener), part);
        assertThat(elsewhere).isEqualTo(onDisk);
        assertThat(target.bytes()).isEqualTo(Files.readAllBytes(file));
        assertThat(most).isGreaterThanOrEqualTo(onDisk.size());
    }

    @Test
    void shouldGiveTheBytesOfAFileOnDisk() throws IOException {
        assertSame(Optional.empty());
    }

    @Test
    void shouldGiveTheBytesOfAPartOnDisk() throws IOException {
        assertSame(Optional.of(new PfnRun(0, 1_000)));
        assertThat(pages.keySet()).anyMatch(pfn -> pfn >= 1_000);
    }

    @Test
    void shouldSayThatThereIsNoRoomForItsFront() {
        Path gone = spool.resolve("gone");
        assertThatIOException()
                .isThrownBy(() -> KdumpDraft.held(
                        NAME, header(Optional.empty()), List.of(new PfnRun(0, 7)), gone, bytes -> target))
                .withMessage(gone + ": cannot be written to, expected a folder for the headers of " + NAME);
    }

    @Test
    void shouldBeginNothingElsewhereBeforeTheFrontIsKnown() throws IOException {
        KdumpDraft draft = KdumpDraft.held(NAME, header(Optional.empty()), List.of(new PfnRun(0, 7)), spool, bytes -> {
            throw new AssertionError("begun");
        });
        draft.kept().set(0, 5);
        draft.close();
        assertThatIOException()
                .isThrownBy(() -> draft.kept().windows().flush())
                .withMessage(NAME + ": is no longer being written");
    }

    @Test
    void shouldGiveUpWhatItBeganWhenItIsClosed() throws IOException {
        boolean[] closed = new boolean[1];
        DumpTarget.Opener opener = bytes -> new DumpTarget() {
            @Override
            public void write(ByteBuffer from, long position) {
                from.position(from.limit());
            }

            @Override
            public void commit() {
                throw new AssertionError("committed");
            }

            @Override
            public void close() {
                closed[0] = true;
            }
        };
        KdumpDraft draft = KdumpDraft.held(NAME, header(Optional.empty()), List.of(new PfnRun(0, 7)), spool, opener);
        draft.kept().set(0, 5);
        KdumpFileWriter writer = draft.begin(header(Optional.empty()));
        writer.addZeroPage(3);
        assertThat(closed[0]).isFalse();
        writer.close();
        assertThat(closed[0]).isTrue();
    }
}
