// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.log;

import java.util.OptionalInt;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.memory.VirtualMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * Reads the lockless ring buffer of Linux 5.10 and later, kernel file {@code kernel/printk/printk_ringbuffer.h}. All
 * offsets come from VMCOREINFO; the picture shows what belongs together.
 *
 * <pre>
 *  *prb = printk_ringbuffer
 *     desc_ring       count_bits (u32), descs, infos, head_id, tail_id
 *     text_data_ring  size_bits (u32), data
 *
 *  descs[id mod 2^count_bits] = prb_desc      state_var: bits 62..63 state, 0..61 id
 *                                             text_blk_lpos: begin, next (logical positions: mod 2^size_bits is the index)
 *  infos[id mod 2^count_bits] = printk_info   ts_nsec (u64), text_len (u16), caller_id (u32)
 *  data[begin .. next)        = id (u64), text, padding
 * </pre>
 *
 * A block whose next index is below its begin index did not fit behind begin and starts at index 0 instead, unless next is
 * 0: that block ends exactly where the ring does (Linux 6.19 on; before, none did). A record without data has begin = next.
 * Records in the states committed (1) and finalized (2) are told, those that a writer has reserved (0) or given back (3) are
 * passed over in silence: both are normal in a crash.
 */
final class PrintkRingReader {
    private static final int STATE_SHIFT = 62;
    private static final long ID_MASK = (1L << STATE_SHIFT) - 1;
    private static final int COMMITTED = 1;
    private static final int FINALIZED = 2;

    /** The kernel refuses a log_buf_len above 2 GiB; it makes one descriptor for each 32 bytes of text. */
    private static final int MAX_TEXT_BITS = 31;

    private static final int MAX_DESC_BITS = 26;

    /** Most records that are looked at, the newest ones. */
    private static final long MAX_RECORDS = 1 << 20;

    /** So many of the newest descriptors may be half made by CPUs that were stopped while they logged. */
    private static final long IN_FLIGHT = 64;

    private final VirtualMemory memory;
    private final LogText text;
    private final LogLayout layout;
    private final int descSize;
    private final int stateVar;
    private final int begin;
    private final int next;
    private final int infoSize;
    private final int tsNsec;
    private final int textLen;
    private final OptionalInt callerId;
    private final byte[] message = new byte[1 << 16];

    private RingWindow descs;
    private RingWindow infos;
    private RingWindow data;
    private long count;

    PrintkRingReader(VmcoreInfo info, VirtualMemory memory, LogText text) throws CorruptVmcoreException {
        this.memory = memory;
        this.text = text;
        layout = new LogLayout(info);
        descSize = layout.size("prb_desc");
        int counter = layout.offset("atomic_long_t.counter");
        stateVar = inDesc("prb_desc.state_var", layout.offset("prb_desc.state_var") + counter);
        int position = layout.offset("prb_desc.text_blk_lpos");
        begin = inDesc("prb_data_blk_lpos.begin", position + layout.offset("prb_data_blk_lpos.begin"));
        next = inDesc("prb_data_blk_lpos.next", position + layout.offset("prb_data_blk_lpos.next"));
        infoSize = layout.size("printk_info");
        tsNsec = inInfo("printk_info.ts_nsec", layout.offset("printk_info.ts_nsec"), Long.BYTES);
        textLen = inInfo("printk_info.text_len", layout.offset("printk_info.text_len"), Short.BYTES);
        callerId = layout.optionalOffset("printk_info.caller_id");
        if (callerId.isPresent()) {
            inInfo("printk_info.caller_id", callerId.getAsInt(), Integer.BYTES);
        }
    }

    private int inDesc(String name, int offset) throws CorruptVmcoreException {
        return LogLayout.inside(name, offset, Long.BYTES, descSize);
    }

    private int inInfo(String name, int offset, int bytes) throws CorruptVmcoreException {
        return LogLayout.inside(name, offset, bytes, infoSize);
    }

    void read() throws VmcoreException {
        long ring = memory.readLong(layout.symbol("prb"));
        long descRing = ring + layout.offset("printk_ringbuffer.desc_ring");
        long textRing = ring + layout.offset("printk_ringbuffer.text_data_ring");
        int counter = layout.offset("atomic_long_t.counter");
        int descBits = bits("prb_desc_ring.count_bits", descRing, MAX_DESC_BITS);
        int textBits = bits("prb_data_ring.size_bits", textRing, MAX_TEXT_BITS);
        count = 1L << descBits;
        long descsAt = memory.readLong(descRing + layout.offset("prb_desc_ring.descs"));
        long infosAt = memory.readLong(descRing + layout.offset("prb_desc_ring.infos"));
        long dataAt = memory.readLong(textRing + layout.offset("prb_data_ring.data"));
        descs = new RingWindow(memory, descsAt, count * descSize);
        infos = new RingWindow(memory, infosAt, count * infoSize);
        data = new RingWindow(memory, dataAt, 1L << textBits);

        long head = memory.readLong(descRing + layout.offset("prb_desc_ring.head_id") + counter) & ID_MASK;
        long tail = memory.readLong(descRing + layout.offset("prb_desc_ring.tail_id") + counter) & ID_MASK;
        if ((head - tail & ID_MASK) >= count) {
            text.problem("the kernel log says its records go from 0x" + Long.toHexString(tail) + " to 0x"
                    + Long.toHexString(head) + ", expected fewer than " + count
                    + "; what its descriptors hold was read instead");
            head = newest();
            tail = head - count + 1 & ID_MASK;
        }
        records(tail, head);
    }

    private int bits(String field, long structure, int max) throws VmcoreException {
        int bits = memory.readInt(structure + layout.offset(field));
        if (bits < 1 || bits > max) {
            throw new CorruptVmcoreException("the kernel log has " + field + " " + bits + ", expected 1 to " + max);
        }
        return bits;
    }

    /** Newest record that a descriptor in its place holds, where the ring's own head cannot be trusted. */
    private long newest() throws VmcoreException {
        long newest = 0;
        boolean found = false;
        for (long i = 0; i < Math.min(count, MAX_RECORDS); i++) {
            long state = state(i);
            long id = state & ID_MASK;
            boolean inPlace = (id & count - 1) == i && told((int) (state >>> STATE_SHIFT));
            // Identifiers begin just below 2^62 and wrap to 0 soon: compare their distance, not their size.
            if (inPlace && (!found || (id - newest) << 2 > 0)) {
                newest = id;
                found = true;
            }
        }
        return newest;
    }

    /** The state word of a descriptor; one that cannot be read looks like one that was never used. */
    private long state(long index) throws VmcoreException {
        try {
            return descs.getLong(index * descSize + stateVar);
        } catch (VmcoreException e) {
            text.problem(e.getMessage());
            return -1;
        }
    }

    private static boolean told(int state) {
        return state == COMMITTED || state == FINALIZED;
    }

    private void records(long tail, long head) throws VmcoreException {
        long records = (head - tail & ID_MASK) + 1;
        if (records > MAX_RECORDS) {
            text.problem("only the newest " + MAX_RECORDS + " of " + records + " records of the kernel log were read");
            records = MAX_RECORDS;
        }
        for (long left = records - 1; left >= 0; left--) {
            long id = head - left & ID_MASK;
            long index = id & count - 1;
            long state = state(index);
            if ((state & ID_MASK) != id) {
                if (left >= IN_FLIGHT) {
                    text.problem("descriptor " + index + " of the kernel log is of record 0x"
                            + Long.toHexString(state & ID_MASK) + ", expected 0x" + Long.toHexString(id));
                }
            } else if (told((int) (state >>> STATE_SHIFT))) {
                try {
                    record(id, index);
                } catch (VmcoreException e) {
                    text.problem(e.getMessage());
                }
            }
        }
    }

    private void record(long id, long index) throws VmcoreException {
        long mask = data.size() - 1;
        long from = descs.getLong(index * descSize + begin);
        long to = descs.getLong(index * descSize + next) & mask;
        boolean aligned = (from & Long.BYTES - 1) == 0;
        from &= mask;
        if (from == to) {
            return;
        }
        if (to == 0) {
            to = data.size();
        } else if (from > to) {
            from = 0;
        }
        if (!aligned || to - from < Long.BYTES) {
            throw new CorruptVmcoreException("record 0x" + Long.toHexString(id) + " of the kernel log has text from "
                    + from + " to " + to + ", expected multiples of 8");
        }
        if (data.getLong(from) != id) {
            text.problem("the text of record 0x" + Long.toHexString(id) + " of the kernel log belongs to record 0x"
                    + Long.toHexString(data.getLong(from)));
        }
        from += Long.BYTES;
        long info = index * infoSize;
        int length = (int) Math.min(infos.getUnsignedShort(info + textLen), to - from);
        long nanos = infos.getLong(info + tsNsec);
        data.get(from, message, length);
        if (callerId.isPresent()) {
            text.record(nanos, infos.getInt(info + callerId.getAsInt()), message, length);
        } else {
            text.record(nanos, message, length);
        }
    }
}
