// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** That two kdump files are the same dump: a fast wrong file must not win. */
final class SameDump {
    private static final long CONTENTS_COMPARED = 32_768;

    private SameDump() {}

    /**
     * Compares all bits of both second bitmaps, and the contents of up to 32,768 pages spread evenly over the kept ones.
     *
     * @param peer a file that is taken to be right
     * @param ours the file to be checked
     * @return number of pages that both keep
     * @throws BenchmarkFailure when they differ, or ours says that it is incomplete
     * @throws IOException when one of them cannot be read
     */
    static long check(Path peer, Path ours) throws IOException {
        try (KdumpFile expected = KdumpFile.open(peer);
                KdumpFile found = KdumpFile.open(ours)) {
            if (found.incomplete()) {
                throw new BenchmarkFailure("the file says of itself that it is incomplete");
            }
            long pages = expected.keptPages();
            ByteBuffer one = page(expected);
            ByteBuffer other = page(found);
            long step = Math.max(1, pages / CONTENTS_COMPARED);
            long rank = 0;
            for (long pfn = expected.nextKept(0); pfn >= 0; pfn = expected.nextKept(pfn + 1), rank++) {
                if (!found.kept(pfn)) {
                    throw new BenchmarkFailure("page frame " + pfn + " is not in our file, and is in makedumpfile's");
                }
                if (rank % step == 0) {
                    expected.readPage(pfn, one.clear());
                    found.readPage(pfn, other.clear());
                    if (!one.flip().equals(other.flip())) {
                        throw new BenchmarkFailure("page frame " + pfn + " has other contents than in makedumpfile's");
                    }
                }
            }
            if (found.keptPages() != pages) {
                throw new BenchmarkFailure("our file keeps " + found.keptPages() + " pages, makedumpfile's " + pages
                        + "; before 1.7.9 it loses pages of Linux 7.1 and newer");
            }
            return pages;
        }
    }

    private static ByteBuffer page(KdumpFile file) {
        return ByteBuffer.allocate(file.header().pageSize());
    }
}
