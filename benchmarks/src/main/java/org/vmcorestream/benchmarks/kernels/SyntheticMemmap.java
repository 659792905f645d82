// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.testkit.SyntheticVmcore;

/** Vmcores whose struct pages are what no kernel has. */
final class SyntheticMemmap {
    private SyntheticMemmap() {}

    /** Writes a vmcore of one chunk, 128 MiB, in which no struct page is like another. */
    static void allDifferent(Path file) throws IOException {
        StringBuilder text = new StringBuilder("kernel 7.2\nmemory 0-256M\nfill default zero\n");
        for (int pfn = Chunk.PAGES; pfn < 2 * Chunk.PAGES; pfn++) {
            int flags = (pfn & 0xf) << 22 | (pfn >>> 4 & 0x1f) << 27 | (pfn >>> 9 & 7) << 7 | (pfn >>> 12 & 7) << 11;
            text.append("page ")
                    .append(pfn)
                    .append(" raw flags=")
                    .append(flags & 0xffff_ffffL)
                    .append('\n');
        }
        SyntheticVmcore.write(file, text.toString());
    }
}
