// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Vmcores on file systems that keep no room for zeros. */
class SparseFileTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    /** Copies a file and leaves out its blocks of zeros. */
    private Path sparseCopy(Path file) throws IOException {
        Path copy = folder.resolve("sparse.elf");
        byte[] bytes = Files.readAllBytes(file);
        try (RandomAccessFile out = new RandomAccessFile(copy.toFile(), "rw")) {
            out.setLength(bytes.length);
            for (int at = 0; at < bytes.length; at += PAGE) {
                int length = Math.min(PAGE, bytes.length - at);
                for (int i = at; i < at + length; i++) {
                    if (bytes[i] != 0) {
                        out.seek(at);
                        out.write(bytes, at, length);
                        break;
                    }
                }
            }
        }
        return copy;
    }

    private static boolean isZero(Vmcore vmcore, long pfn, int pages) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(pages * PAGE);
        vmcore.pages().read(pfn, pages, bytes);
        bytes.flip();
        while (bytes.hasRemaining()) {
            if (bytes.get() != 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void shouldNeverCallPagesHolesThatAreNotZero() throws IOException {
        SyntheticVmcore plain = SyntheticVmcore.write(folder.resolve("plain.elf"), """
                memory 0-0x9fc00
                memory 1M-16M
                elf unaligned
                fill 1000..1100 zero
                fill 1100 lastbyte
                fill 1101..1103 zero
                fill 2000..4000 zero
                """);

        try (Vmcore vmcore = Vmcore.open(sparseCopy(plain.file()))) {
            int holes = 0;
            for (PfnRun run : vmcore.memory().backedRuns()) {
                for (long pfn = run.firstPfn(); pfn < run.endPfn(); ) {
                    int left = (int) (run.endPfn() - pfn);
                    int pages = vmcore.pages().holePages(pfn, left);
                    if (pages > 0) {
                        holes += pages;
                        assertThat(isZero(vmcore, pfn, pages))
                                .as("page frame " + pfn)
                                .isTrue();
                    } else {
                        pages = vmcore.pages().dataPages(pfn, left);
                        assertThat(pages).as("page frame " + pfn).isBetween(1, left);
                    }
                    pfn += pages;
                }
            }
            assumeTrue(holes > 0, "skipped: this system or file system knows no holes");
            assertThat(holes).isGreaterThan(1900);
            assertThat(vmcore.pages().holePages(1100, 1)).isZero();
            assertThat(vmcore.pages().holePages(1099, 3)).isLessThanOrEqualTo(1);
            assertThat(vmcore.pages().dataPages(1100, 1)).isEqualTo(1);
            assertThatThrownBy(() -> vmcore.pages().holePages(4096, 1)).isInstanceOf(VmcoreException.class);
            assertThatThrownBy(() -> vmcore.pages().dataPages(4096, 1)).isInstanceOf(VmcoreException.class);
        }
    }

    @Test
    void shouldKnowOfNoHoleInAFileWithout() throws IOException {
        SyntheticVmcore plain = SyntheticVmcore.write(
                folder.resolve("plain.elf"), "memory 0-8M\nfill default random\nfill 512..1024 zero");
        byte[] bytes = Files.readAllBytes(plain.file());
        Path written = Files.write(folder.resolve("written.elf"), bytes);

        try (Vmcore vmcore = Vmcore.open(written)) {
            assertThat(vmcore.pages().holePages(0, 16)).isZero();
            assertThat(vmcore.pages().holePages(600, 16)).isZero();
            assertThat(vmcore.pages().dataPages(600, 16)).isEqualTo(16);
        }
    }

    @Test
    void shouldKnowOfNoHoleAfterClosing() throws IOException {
        SyntheticVmcore plain = SyntheticVmcore.write(folder.resolve("plain.elf"), "memory 0-8M\nfill 512..1024 zero");
        Vmcore vmcore = Vmcore.open(sparseCopy(plain.file()));
        PageReader pages = vmcore.pages();
        vmcore.close();
        vmcore.close();

        assertThat(pages.holePages(600, 16)).isZero();
        assertThat(pages.dataPages(600, 16)).isEqualTo(16);
        pages.willNeed(600, 16);
        assertThatThrownBy(() -> pages.read(600, 1, ByteBuffer.allocateDirect(PAGE)))
                .isInstanceOf(IOException.class);
    }
}
