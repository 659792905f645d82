// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

class SameDumpTest {
    private static final int PAGE = 4096;
    private static final long END_PFN = 1000;
    private static final KernelIdentity KERNEL =
            new KernelIdentity("Linux", "guest", "6.12.0", "#1", "x86_64", "(none)", "", 1, 0);

    @TempDir
    Path folder;

    private final Map<Long, Integer> pages = new TreeMap<>(Map.of(3L, 7, 4L, 8, 700L, 9));

    @Test
    void shouldCountThePagesOfTheSameDump() throws IOException {
        Path peer = write("peer", false);
        assertThat(SameDump.check(peer, write("ours", false))).isEqualTo(3);
    }

    @Test
    void shouldRefuseAFileThatLacksAPage() throws IOException {
        Path peer = write("peer", false);
        pages.remove(700L);
        refuses(peer, write("ours", false), "page frame 700 is not in our file");
    }

    @Test
    void shouldRefuseAFileThatKeepsMore() throws IOException {
        Path peer = write("peer", false);
        pages.put(701L, 1);
        refuses(peer, write("ours", false), "our file keeps 4 pages, makedumpfile's 3");
    }

    @Test
    void shouldRefuseOtherContents() throws IOException {
        Path peer = write("peer", false);
        pages.put(4L, 88);
        refuses(peer, write("ours", false), "page frame 4 has other contents");
    }

    @Test
    void shouldRefuseAFileThatIsIncomplete() throws IOException {
        refuses(write("peer", false), write("ours", true), "incomplete");
    }

    private void refuses(Path peer, Path ours, String complaint) {
        assertThatThrownBy(() -> SameDump.check(peer, ours))
                .isInstanceOf(BenchmarkFailure.class)
                .hasMessageContaining(complaint);
    }

    private Path write(String name, boolean incomplete) throws IOException {
        PfnBitmap present = new PfnBitmap(END_PFN);
        present.set(0, END_PFN);
        PfnBitmap kept = new PfnBitmap(END_PFN);
        pages.keySet().forEach(pfn -> kept.set(pfn, pfn + 1));
        KdumpHeader header = new KdumpHeader(KERNEL, PAGE, END_PFN, 31, PageCodec.ZSTD, 0, new byte[0], 0, 0, false);
        Path file = folder.resolve(name);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, present, kept)) {
            for (Map.Entry<Long, Integer> page : pages.entrySet()) {
                byte[] contents = new byte[PAGE];
                Arrays.fill(contents, page.getValue().byteValue());
                writer.addPage(page.getKey(), ByteBuffer.wrap(contents), 0, PAGE, true);
            }
            writer.finish(incomplete);
        }
        return file;
    }
}
