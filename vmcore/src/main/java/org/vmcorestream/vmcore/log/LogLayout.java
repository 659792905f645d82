// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.util.OptionalInt;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** Symbols, sizes and offsets of the kernel log, bounded so that sums of them cannot overflow. */
final class LogLayout {
    /** Largest offset or structure size accepted; the largest real one is 112. */
    private static final int MAX = 4096;

    private final VmcoreInfo info;

    LogLayout(VmcoreInfo info) {
        this.info = info;
    }

    long symbol(String name) throws CorruptVmcoreException {
        return info.symbol(name).orElseThrow(() -> missing("SYMBOL", name));
    }

    int offset(String name) throws CorruptVmcoreException {
        return checked("OFFSET", name, info.offset(name).orElseThrow(() -> missing("OFFSET", name)), 0);
    }

    OptionalInt optionalOffset(String name) throws CorruptVmcoreException {
        OptionalInt offset = info.offset(name);
        if (offset.isPresent()) {
            checked("OFFSET", name, offset.getAsInt(), 0);
        }
        return offset;
    }

    int size(String name) throws CorruptVmcoreException {
        return checked("SIZE", name, info.size(name).orElseThrow(() -> missing("SIZE", name)), 1);
    }

    boolean hasSize(String name) throws CorruptVmcoreException {
        return info.size(name).isPresent();
    }

    /** Fails unless a field of {@code bytes} at the offset is inside a structure of the size. */
    static int inside(String name, int offset, int bytes, int size) throws CorruptVmcoreException {
        if (offset + bytes > size) {
            throw new CorruptVmcoreException("VMCOREINFO says " + name + " is at byte " + offset + " of a structure of "
                    + size + " bytes, expected it inside");
        }
        return offset;
    }

    private static int checked(String kind, String name, int value, int min) throws CorruptVmcoreException {
        if (value < min || value > MAX) {
            throw new CorruptVmcoreException(
                    "VMCOREINFO says " + kind + "(" + name + ")=" + value + ", expected " + min + " to " + MAX);
        }
        return value;
    }

    private static CorruptVmcoreException missing(String kind, String name) {
        return new CorruptVmcoreException(
                "VMCOREINFO has no " + kind + "(" + name + "), the kernel log cannot be read");
    }
}
