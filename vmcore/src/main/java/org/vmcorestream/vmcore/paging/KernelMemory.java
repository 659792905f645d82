// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.paging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.UnmappedAddressException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VirtualMemory;

/** The kernel's virtual memory, read through its page tables. Belongs to one thread. */
public final class KernelMemory implements VirtualMemory {
    private final PhysicalMemory memory;
    private final PageTables tables;
    private final ByteBuffer word = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** {@code memory} as {@code tables} map it. */
    public KernelMemory(PhysicalMemory memory, PageTables tables) {
        this.memory = memory;
        this.tables = tables;
    }

    /**
     * Reads as far as memory is mapped and in the file.
     *
     * @param virt kernel virtual address of the first byte
     * @param length most bytes to read
     * @param into receives them at its position, which moves behind them
     * @return bytes read, less than {@code length} where the next one cannot be read
     */
    public int readSome(long virt, int length, ByteBuffer into) throws IOException {
        int done = 0;
        while (done < length) {
            long at = virt + done;
            if (!tables.translate(at)) {
                return done;
            }
            long phys = tables.phys(at);
            long here = Math.min(length - done, tables.bytesLeft(at));
            while (here < length - done && tables.translate(at + here) && tables.phys(at + here) == phys + here) {
                here = Math.min(length - done, here + tables.bytesLeft(at + here));
            }
            int read = memory.read(phys, (int) here, into);
            done += read;
            if (read < here) {
                return done;
            }
        }
        return done;
    }

    /** Physical address of a virtual one; empty where nothing is mapped. The byte there need not be in the file. */
    public OptionalLong physicalAddress(long virt) throws IOException {
        return tables.translate(virt) ? OptionalLong.of(tables.phys(virt)) : OptionalLong.empty();
    }

    /** Whether the byte at an address is mapped and in the file. */
    public boolean readable(long virt) throws VmcoreException {
        word.clear();
        try {
            return readSome(virt, 1, word) == 1;
        } catch (IOException e) {
            throw asVmcoreException(virt, e);
        }
    }

    @Override
    public void read(long virt, int length, ByteBuffer into) throws VmcoreException {
        int position = into.position();
        int read;
        try {
            read = readSome(virt, length, into);
        } catch (IOException e) {
            into.position(position);
            throw asVmcoreException(virt, e);
        }
        if (read < length) {
            into.position(position);
            throw new UnmappedAddressException(memory.source() + ": kernel address 0x"
                    + Long.toHexString(virt + read) + " is not mapped or not in the file, expected " + length
                    + " bytes from 0x" + Long.toHexString(virt) + " on");
        }
    }

    @Override
    public long readLong(long virt) throws VmcoreException {
        word.clear();
        read(virt, Long.BYTES, word);
        return word.getLong(0);
    }

    @Override
    public int readInt(long virt) throws VmcoreException {
        word.clear();
        read(virt, Integer.BYTES, word);
        return word.getInt(0);
    }

    private VmcoreException asVmcoreException(long virt, IOException e) {
        return e instanceof VmcoreException known
                ? known
                : new VmcoreException(
                        memory.source() + ": cannot read kernel address 0x" + Long.toHexString(virt) + ": " + e, e);
    }
}
