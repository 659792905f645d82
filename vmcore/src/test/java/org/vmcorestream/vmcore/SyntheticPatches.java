// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.util.List;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.Segment;
import org.vmcorestream.vmcore.file.DumpFile;

/** Damage done to synthetic vmcores after they were written. */
final class SyntheticPatches {
    private static final long KERNEL_IMAGE = 0xffff_ffff_8000_0000L;

    private SyntheticPatches() {}

    /** Clears the entry of the lowest page table that maps an address; mapped by pages of 4 KiB under 4 levels. */
    static void unmap(SyntheticVmcore vmcore, long virt) throws IOException {
        List<Segment> loads;
        try (DumpFile file = DumpFile.open(vmcore.file(), DumpFile.ReadObserver.NONE)) {
            loads = ElfCore.read(file).loads();
        }
        try (RandomAccessFile file = new RandomAccessFile(vmcore.file().toFile(), "rw")) {
            long table =
                    Long.parseUnsignedLong(vmcore.info("SYMBOL(init_top_pgt)"), 16) - KERNEL_IMAGE + vmcore.physBase();
            for (int shift = 39; shift >= 12; shift -= 9) {
                long at = offset(loads, table + (virt >>> shift & 511) * 8);
                file.seek(at);
                long entry = Long.reverseBytes(file.readLong());
                if (shift == 12) {
                    file.seek(at);
                    file.writeLong(0);
                }
                table = entry & 0x000ffffffffff000L;
            }
        }
    }

    private static long offset(List<Segment> loads, long phys) {
        return loads.stream()
                .filter(segment -> phys >= segment.phys() && phys < segment.dataEnd())
                .mapToLong(segment -> segment.offset() + phys - segment.phys())
                .findFirst()
                .orElseThrow(() -> new UncheckedIOException(new IOException("no data at " + phys)));
    }
}
