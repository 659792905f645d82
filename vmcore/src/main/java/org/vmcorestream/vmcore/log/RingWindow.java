// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmcorestream.vmcore.UnmappedAddressException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.VirtualMemory;

/**
 * An array in kernel memory, read through a window of {@value #WINDOW} bytes: logs are read in order, so each part is
 * read once or twice however large the array is. A part that cannot be read does not take the rest with it.
 */
final class RingWindow {
    private static final int WINDOW = 64 << 10;
    private static final int PAGE = 4096;

    private final VirtualMemory memory;
    private final long base;
    private final long size;
    private final ByteBuffer window;
    private long from;
    private long to;
    private long missingFrom;
    private long missingTo;
    private UnmappedAddressException missing;

    RingWindow(VirtualMemory memory, long base, long size) {
        this.memory = memory;
        this.base = base;
        this.size = size;
        this.window = ByteBuffer.allocate((int) Math.min(WINDOW, size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    long size() {
        return size;
    }

    long getLong(long position) throws VmcoreException {
        return window.getLong(at(position, Long.BYTES));
    }

    int getInt(long position) throws VmcoreException {
        return window.getInt(at(position, Integer.BYTES));
    }

    int getUnsignedShort(long position) throws VmcoreException {
        return window.getShort(at(position, Short.BYTES)) & 0xffff;
    }

    /** Copies {@code length} bytes to the start of {@code into}. */
    void get(long position, byte[] into, int length) throws VmcoreException {
        int done = 0;
        while (done < length) {
            int at = at(position + done, 1);
            int here = (int) Math.min(length - done, to - position - done);
            System.arraycopy(window.array(), at, into, done, here);
            done += here;
        }
    }

    /** Index in the window of a position, after reading it where need be. */
    private int at(long position, int length) throws VmcoreException {
        if (position < 0 || position > size - length) {
            throw new UnmappedAddressException(
                    "byte " + position + " of a part of the kernel log that is " + size + " bytes long");
        }
        if (position < from || position + length > to) {
            load(position, length);
        }
        return (int) (position - from);
    }

    private void load(long position, int length) throws VmcoreException {
        // Many small things may lie in one page that is missing: look for it once.
        if (position >= missingFrom && position < missingTo) {
            throw missing;
        }
        // Windows overlap by what a field can cross, so that a field never lies in two of them.
        long start = Math.max(0, Math.min(position / (WINDOW / 2) * (WINDOW / 2), size - window.capacity()));
        if (fill(start, Math.min(size, start + window.capacity())) && position >= from && position + length <= to) {
            return;
        }
        // Somewhere in the window memory is missing: read no more than the pages that are asked for.
        long first = base + position & -PAGE;
        long end = base + position + length + PAGE - 1 & -PAGE;
        long pageFrom = Math.max(0, first - base);
        long pageTo = Math.min(size, end - base);
        if (!fill(pageFrom, pageTo)) {
            missingFrom = position;
            missingTo = pageTo;
            missing = new UnmappedAddressException("kernel address 0x" + Long.toHexString(base + position)
                    + " of the kernel log is not mapped or not in the file");
            throw missing;
        }
    }

    private boolean fill(long start, long end) throws VmcoreException {
        if (end - start > window.capacity()) {
            return false;
        }
        from = 0;
        to = 0;
        window.clear();
        try {
            memory.read(base + start, (int) (end - start), window);
        } catch (UnmappedAddressException e) {
            return false;
        }
        from = start;
        to = end;
        return true;
    }
}
