// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.vmcorestream.testkit.MappedRange;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.UnmappedAddressException;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** Virtual memory of a synthetic vmcore, told by the builder and not by its page tables; pages can be taken out of it. */
final class SyntheticMemory implements VirtualMemory {
    private final SyntheticVmcore vmcore;
    private final Set<Long> missing = new HashSet<>();
    long reads;

    SyntheticMemory(SyntheticVmcore vmcore) {
        this.vmcore = vmcore;
    }

    /** Takes away the page at an address. */
    SyntheticMemory without(long virtual) {
        missing.add(virtual >>> 12);
        return this;
    }

    KernelLog log() {
        return KernelLogReader.read(
                new VmcoreInfo("synthetic", vmcore.vmcoreInfo().getBytes(StandardCharsets.ISO_8859_1)), this);
    }

    @Override
    public void read(long virt, int length, ByteBuffer into) throws UnmappedAddressException {
        reads++;
        int position = into.position();
        for (long at = virt; at - virt < length; at = (at >>> 12) + 1 << 12) {
            byte[] page = vmcore.page(physical(at) >>> 12);
            int offset = (int) (at & 4095);
            into.put(page, offset, (int) Math.min(4096 - offset, virt + length - at));
        }
        if (into.position() != position + length) {
            throw new AssertionError("read " + length + " bytes at 0x" + Long.toHexString(virt));
        }
    }

    private long physical(long at) throws UnmappedAddressException {
        if (!missing.contains(at >>> 12)) {
            for (MappedRange range : vmcore.mapped()) {
                if (at - range.virtual() >= 0 && at - range.virtual() < range.length()) {
                    return range.physical() + at - range.virtual();
                }
            }
        }
        throw new UnmappedAddressException("synthetic: 0x" + Long.toHexString(at) + " is not mapped");
    }

    @Override
    public long readLong(long virt) throws UnmappedAddressException {
        ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(virt, Long.BYTES, word);
        return word.getLong(0);
    }

    @Override
    public int readInt(long virt) throws UnmappedAddressException {
        ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(virt, Integer.BYTES, word);
        return word.getInt(0);
    }
}
