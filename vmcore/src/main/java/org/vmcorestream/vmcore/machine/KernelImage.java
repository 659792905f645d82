// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * What aarch64 and riscv64 have in common: VMCOREINFO says how many bits kernel addresses have, and the kernel image, with the top
 * page table in it, lies at its addresses minus one number.
 */
final class KernelImage {
    private KernelImage() {}

    /**
     * Bits of a kernel address that the kernel was built for.
     *
     * @param source name of the vmcore, for messages
     * @param possible those that there are
     * @param where said behind them in the message, empty or beginning with a space
     * @throws CorruptVmcoreException when VMCOREINFO does not say it, or says another one
     */
    static int vaBits(String source, VmcoreInfo info, List<Integer> possible, String where)
            throws CorruptVmcoreException {
        OptionalLong exported = info.number("VA_BITS");
        if (exported.isEmpty() || possible.stream().noneMatch(bits -> bits == exported.getAsLong())) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO has "
                    + (exported.isEmpty() ? "no NUMBER(VA_BITS)" : "NUMBER(VA_BITS)=" + exported.getAsLong())
                    + ", expected one of " + possible + where);
        }
        return (int) exported.getAsLong();
    }

    /**
     * Physical address of the top page table.
     *
     * @param offsetName the number of VMCOREINFO that is the virtual minus the physical address of everything in the image
     * @param kernels which kernels write that number, for messages
     * @param physicalBits bits of a physical address
     * @throws CorruptVmcoreException when VMCOREINFO does not say it, or what cannot be
     */
    static long topTable(
            String source, VmcoreInfo info, String offsetName, String kernels, int pageShift, int physicalBits)
            throws CorruptVmcoreException {
        long imageOffset = info.number(offsetName)
                .orElseThrow(() -> new CorruptVmcoreException(
                        source + ": VMCOREINFO has no NUMBER(" + offsetName + "), expected that of " + kernels));
        long table = info.symbol("swapper_pg_dir")
                .orElseThrow(() -> new CorruptVmcoreException(
                        source + ": VMCOREINFO has no top page table, expected SYMBOL(swapper_pg_dir)"));
        long root = table - imageOffset;
        if (root < 0 || root >= 1L << physicalBits || (root & (1L << pageShift) - 1) != 0) {
            throw new CorruptVmcoreException(source + ": VMCOREINFO has the top page table swapper_pg_dir at 0x"
                    + Long.toHexString(table) + " and " + offsetName + " 0x" + Long.toHexString(imageOffset)
                    + ", expected a page of the kernel image in physical memory");
        }
        return root;
    }
}
