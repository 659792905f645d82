// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;

class EarlySyncTest {
    private static final int PAGE = 4096;
    private static final int PAGES = (int) (5 * EarlySync.STEP / 2 / PAGE);

    @TempDir
    Path folder;

    private final List<Boolean> syncs = new CopyOnWriteArrayList<>();

    /** Syncs that fail, counted from 0, and what is written down of all of them: whether metadata was asked for. */
    private KdumpFileWriter create(int failing) throws IOException {
        KdumpHeader header = KdumpFixture.header(PageCodec.ZSTD, PAGE, PAGES, 31);
        PfnBitmap all = KdumpFixture.full(PAGES);
        PartialFile.Opener opener = path -> new FullDisk(PartialFile.ON_DISK.open(path), Long.MAX_VALUE, true) {
            @Override
            public void force(boolean metaData) throws IOException {
                int number = syncs.size();
                syncs.add(metaData);
                if (number == failing) {
                    throw new IOException("Input/output error");
                }
                super.force(metaData);
            }
        };
        return KdumpDraft.whole(folder.resolve("dump"), header, all, all, opener);
    }

    private static KdumpFileWriter.Summary fill(KdumpFileWriter writer) throws IOException {
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        page.put(0, noise);
        for (long pfn = 0; pfn < PAGES; pfn++) {
            writer.addPage(pfn, page.putLong(0, pfn), 0, PAGE, true);
        }
        return writer.finish(false);
    }

    @Test
    void shouldSyncWhileTheFileIsWrittenAndAtItsEnd() throws Exception {
        try (KdumpFileWriter writer = create(-1)) {
            KdumpFileWriter.Summary summary = fill(writer);
            assertThat(KdumpFixture.crc(folder.resolve("dump"))).isEqualTo(summary.crc32c());
        }
        assertThat(syncs).hasSizeBetween(2, 3).endsWith(true).startsWith(false);
        assertThat(folder.toFile().list()).containsExactly("dump");
    }

    @Test
    void shouldFailTheFileWhenASyncFailedThoughTheLastOneDoesNot() throws Exception {
        try (KdumpFileWriter writer = create(0)) {
            assertThatThrownBy(() -> fill(writer))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(folder.resolve("dump.partial") + ": cannot be synced")
                    .hasMessageEndingWith(": Input/output error");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldLeaveNothingBehindWhenGivenUpWhileSyncing() throws Exception {
        KdumpFileWriter writer = create(-1);
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        for (long pfn = 0; pfn < PAGES - 1; pfn++) {
            writer.addPage(pfn, page, 0, PAGE, true);
        }
        writer.close();
        assertThat(folder).isEmptyDirectory();
    }
}
