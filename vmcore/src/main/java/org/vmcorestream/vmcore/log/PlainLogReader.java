// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Reads the log buffer of kernels before 3.5: {@code log_buf_len} bytes (a power of two) of text; {@code log_end} counts the
 * bytes ever written, so that its low bits are the index where the next one goes.
 */
final class PlainLogReader {
    private static final int PART = 64 << 10;

    private final VirtualMemory memory;
    private final LogText text;
    private final LogLayout layout;

    PlainLogReader(VmcoreInfo info, VirtualMemory memory, LogText text) {
        this.memory = memory;
        this.text = text;
        this.layout = new LogLayout(info);
    }

    void read() throws VmcoreException {
        long base = memory.readLong(layout.symbol("log_buf"));
        long size = memory.readInt(layout.symbol("log_buf_len")) & 0xffffffffL;
        long end = memory.readInt(layout.symbol("log_end")) & 0xffffffffL;
        if (Long.bitCount(size) != 1) {
            throw new CorruptVmcoreException("the kernel log is " + size + " bytes long, expected a power of two");
        }
        RingWindow buffer = new RingWindow(memory, base, size);
        if (end <= size) {
            copy(buffer, 0, end);
        } else {
            // The counter may have wrapped at 2^32; then the first part is bytes that were never written, or old ones.
            copy(buffer, end & size - 1, size);
            copy(buffer, 0, end & size - 1);
        }
    }

    private void copy(RingWindow buffer, long from, long to) throws VmcoreException {
        byte[] part = new byte[(int) Math.min(PART, Math.max(0, to - from))];
        for (long at = from; at < to; at += part.length) {
            int length = (int) Math.min(part.length, to - at);
            buffer.get(at, part, length);
            text.plain(part, length);
        }
    }
}
