// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** Kdump files whose blocks are larger than the pages of the kernel, as QEMU writes them for aarch64. */
class LargeBlocksTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 16;
    private static final int BLOCK = PAGES * PAGE;

    @TempDir
    private Path folder;

    private SyntheticVmcore guest;
    private DumpContents expected;

    @BeforeEach
    void write() throws IOException {
        guest = SyntheticVmcore.write(folder.resolve("guest.elf"), """
                memory 0-8M
                memory 16M-24M
                pages 1536 buddy order=8
                fill 300..400 random seed=5
                fill 704..960 zero
                """);
        try (Vmcore elf = Vmcore.open(guest.file())) {
            expected = DumpContents.of(elf);
        }
    }

    private static boolean isMemory(long block) {
        return block < 128 || block >= 256 && block < 384;
    }

    /** The guest in blocks of 64 KiB; without one of them where that is not -1. */
    private Path kdump(int missing) throws IOException {
        Path file = folder.resolve("kdump");
        PfnBitmap blocks = new PfnBitmap(384);
        blocks.set(0, 128);
        blocks.set(256, 384);
        KdumpHeader header;
        try (Vmcore elf = Vmcore.open(guest.file())) {
            byte[] notes = elf.notes();
            header = new KdumpHeader(elf.kernel(), BLOCK, 384, 1, PageCodec.LZO, 0, notes, 0, 0);
        }
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, blocks, blocks);
                PageCompressor compressor = PageCompressor.of(PageCodec.LZO)) {
            ByteBuffer stored = ByteBuffer.allocateDirect(compressor.bound(BLOCK));
            for (int number = 0; number < 384; number++) {
                if (isMemory(number) && number != missing) {
                    block.clear();
                    for (int page = 0; page < PAGES; page++) {
                        block.put(guest.page((long) number * PAGES + page));
                    }
                    int length = compressor.compress(block.clear(), 0, BLOCK, stored, 0);
                    writer.addPage(number, length < 0 ? block : stored, 0, length < 0 ? BLOCK : length, length < 0);
                }
            }
            writer.finish(false);
        }
        return file;
    }

    @Test
    void shouldReadThePagesOfTheKernel() throws IOException {
        try (Vmcore opened = Vmcore.open(kdump(-1))) {
            assertThat(DumpContents.of(opened)).isEqualTo(expected);
            assertThat(opened.pageFacts().pageSize()).isEqualTo(PAGE);
            assertThat(opened.pages().stores(PageCodec.LZO))
                    .as("a block is no page that could be handed over")
                    .isFalse();
            ByteBuffer some = ByteBuffer.allocateDirect(40 * PAGE);
            opened.pages().read(290, 40, some);
            for (int i = 0; i < 40; i++) {
                assertThat(some.slice(i * PAGE, PAGE))
                        .isEqualTo(expected.pages().get(290L + i));
            }
        }
    }

    @Test
    void shouldMissAllPagesOfABlockThatIsMissing() throws IOException {
        try (Vmcore opened = Vmcore.open(kdump(300))) {
            assertThat(DumpContents.descriptors(opened)).isEqualTo(expected.descriptors());
            var pages = DumpContents.pages(opened, 64);
            assertThat(expected.pages()).containsAllEntriesOf(pages);
            assertThat(pages)
                    .doesNotContainKeys(4800L, 4815L)
                    .containsKeys(4799L, 4816L)
                    .hasSize(expected.pages().size() - PAGES);
            assertThatThrownBy(() -> opened.pages().read(4799, 2, ByteBuffer.allocateDirect(2 * PAGE)))
                    .isInstanceOf(VmcoreException.class)
                    .hasMessageEndingWith("page frame 4800 is asked for, expected one of a block that is in the file:"
                            + " block 300 is not");
        }
    }
}
