// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.util.Optional;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * What the headers of a kdump file say.
 *
 * @param kernel utsname, CPUs and physical base
 * @param pageSize block size of the file in bytes
 * @param endPfn max_mapnr
 * @param level dump level, the sum makedumpfile uses; what a rule set without a level amounts to
 * @param codec codec of the pages, one that a kdump file can hold; null only for a file that was read and holds raw pages alone
 * @param crashTime when the kernel crashed, seconds since 1970-01-01 UTC, 0 when unknown
 * @param notes all ELF notes
 * @param vmcoreInfoOffset where the text of VMCOREINFO begins in {@code notes}
 * @param vmcoreInfoSize its size in bytes
 * @param vmemmapExcluded whether pages of the kernel's memory map that describe only excluded pages are left out
 * @param part page frames whose pages the file has, of a dump that is split over several files; empty for a file that has all
 */
public record KdumpHeader(
        KernelIdentity kernel,
        int pageSize,
        long endPfn,
        int level,
        PageCodec codec,
        long crashTime,
        byte[] notes,
        int vmcoreInfoOffset,
        int vmcoreInfoSize,
        boolean vmemmapExcluded,
        Optional<PfnRun> part) {
    /** Headers of a file that is not split. */
    public KdumpHeader(
            KernelIdentity kernel,
            int pageSize,
            long endPfn,
            int level,
            PageCodec codec,
            long crashTime,
            byte[] notes,
            int vmcoreInfoOffset,
            int vmcoreInfoSize,
            boolean vmemmapExcluded) {
        this(
                kernel,
                pageSize,
                endPfn,
                level,
                codec,
                crashTime,
                notes,
                vmcoreInfoOffset,
                vmcoreInfoSize,
                vmemmapExcluded,
                Optional.empty());
    }

    /** Headers of a file that holds all of the memory map. */
    public KdumpHeader(
            KernelIdentity kernel,
            int pageSize,
            long endPfn,
            int level,
            PageCodec codec,
            long crashTime,
            byte[] notes,
            int vmcoreInfoOffset,
            int vmcoreInfoSize) {
        this(kernel, pageSize, endPfn, level, codec, crashTime, notes, vmcoreInfoOffset, vmcoreInfoSize, false);
    }

    /** The same headers for the file of one part of the dump. */
    public KdumpHeader ofPart(PfnRun part) {
        return new KdumpHeader(
                kernel,
                pageSize,
                endPfn,
                level,
                codec,
                crashTime,
                notes,
                vmcoreInfoOffset,
                vmcoreInfoSize,
                vmemmapExcluded,
                Optional.of(part));
    }
}
