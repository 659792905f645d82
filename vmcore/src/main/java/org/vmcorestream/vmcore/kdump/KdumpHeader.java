// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import org.vmcorestream.vmcore.KernelIdentity;
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
        boolean vmemmapExcluded) {
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
}
