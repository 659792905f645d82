// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.util.OptionalInt;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Reads the log buffer of Linux 3.5 to 5.9: records of {@code struct printk_log} ({@code struct log} up to 3.10), one
 * behind the other, from log_first_idx to log_next_idx. A record of length 0 sends the reader back to index 0.
 *
 * <pre>
 *  ts_nsec (u64)   len (u16, of all)   text_len (u16)   ...   caller_id (u32, where PRINTK_CALLER is on)   then the text
 * </pre>
 */
final class PrintkRecordReader {
    private final VirtualMemory memory;
    private final LogText text;
    private final LogLayout layout;
    private final int header;
    private final int tsNsec;
    private final int len;
    private final int textLen;
    private final OptionalInt callerId;
    private final byte[] message = new byte[1 << 16];

    PrintkRecordReader(VmcoreInfo info, VirtualMemory memory, LogText text) throws CorruptVmcoreException {
        this.memory = memory;
        this.text = text;
        layout = new LogLayout(info);
        String struct = layout.hasSize("printk_log") ? "printk_log" : "log";
        header = layout.size(struct);
        tsNsec = field(struct + ".ts_nsec", Long.BYTES);
        len = field(struct + ".len", Short.BYTES);
        textLen = field(struct + ".text_len", Short.BYTES);
        callerId = layout.optionalOffset(struct + ".caller_id");
        if (callerId.isPresent()) {
            field(struct + ".caller_id", Integer.BYTES);
        }
    }

    private int field(String name, int bytes) throws CorruptVmcoreException {
        return LogLayout.inside(name, layout.offset(name), bytes, header);
    }

    void read() throws VmcoreException {
        long base = memory.readLong(layout.symbol("log_buf"));
        long size = memory.readInt(layout.symbol("log_buf_len")) & 0xffffffffL;
        long first = memory.readInt(layout.symbol("log_first_idx")) & 0xffffffffL;
        long end = memory.readInt(layout.symbol("log_next_idx")) & 0xffffffffL;
        if (size < header) {
            throw new CorruptVmcoreException(
                    "the kernel log is " + size + " bytes long, expected " + header + " or more");
        }
        if (first > size - header || end > size) {
            throw new CorruptVmcoreException("the kernel log goes from index " + first + " to " + end
                    + ", expected both below " + (size - header));
        }
        walk(new RingWindow(memory, base, size), first, end);
    }

    /** Goes from record to record; as each moves at least a header further, the buffer's length bounds the walk. */
    private void walk(RingWindow buffer, long first, long end) throws VmcoreException {
        long at = first;
        long walked = 0;
        boolean wrapped = false;
        while (at != end) {
            int length = buffer.getUnsignedShort(at + len);
            if (length == 0 && at != 0 && !wrapped) {
                wrapped = true;
                at = 0;
                continue;
            }
            if (length < header || length > buffer.size() - at || walked + length > buffer.size()) {
                throw new CorruptVmcoreException("the record at index " + at + " of the kernel log is " + length
                        + " bytes long, expected " + header + " to "
                        + Math.min(buffer.size() - at, buffer.size() - walked));
            }
            record(buffer, at, length);
            walked += length;
            at += length;
            if (at > buffer.size() - header && at != end) {
                throw new CorruptVmcoreException(
                        "the kernel log goes on at index " + at + ", expected at most " + (buffer.size() - header));
            }
        }
    }

    private void record(RingWindow buffer, long at, int length) throws VmcoreException {
        int characters = buffer.getUnsignedShort(at + textLen);
        if (characters > length - header) {
            text.problem("the record at index " + at + " of the kernel log has " + characters
                    + " bytes of text, expected at most " + (length - header));
            characters = length - header;
        }
        long nanos = buffer.getLong(at + tsNsec);
        buffer.get(at + header, message, characters);
        if (callerId.isPresent()) {
            text.record(nanos, buffer.getInt(at + callerId.getAsInt()), message, characters);
        } else {
            text.record(nanos, message, characters);
        }
    }
}
