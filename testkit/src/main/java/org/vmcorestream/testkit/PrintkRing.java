// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Lays out the lockless ring buffer of Linux 5.10 and later ({@code kernel/printk/printk_ringbuffer.h}) by writing the
 * records one after the other as the kernel does, so that a small ring ends up with wrapped and overwritten records.
 *
 * <pre>
 *  printk_ringbuffer, 88 bytes
 *    0 desc_ring:      0 count_bits  8 descs  16 infos  24 head_id  32 tail_id
 *   48 text_data_ring: 0 size_bits   8 data   16 head_lpos  24 tail_lpos
 *   80 fail
 *  prb_desc, 24 bytes:    0 state_var (state in bits 62..63, id below)  8 text_blk_lpos.begin  16 .next
 *  printk_info, 88 or 112: 0 seq  8 ts_nsec  16 text_len (u16)  20 caller_id (u32)  24 or 44 dev_info
 *  data block:             0 id  8 text, padded to 8
 * </pre>
 */
final class PrintkRing {
    private static final int RING_SIZE = 88;
    private static final int TEXT_RING = 48;
    private static final int DESC_SIZE = 24;
    private static final int STATE_SHIFT = 62;
    private static final long ID_MASK = (1L << STATE_SHIFT) - 1;
    private static final long NO_DATA = 3;

    private final Description description;
    private final KernelImage image;
    private final int descBits;
    private final int textBits;
    private final int infoSize;

    private long headId;
    private long tailId;
    private long headPos;
    private long tailPos;
    private GuestMemory memory;

    PrintkRing(Description description, KernelImage image) {
        this.description = description;
        this.image = image;
        List<LogRecord> log = description.log;
        long text = log.stream()
                .mapToLong(record -> blockSize(record.text().length()))
                .sum();
        descBits = description.logDescriptorBits > 0 ? description.logDescriptorBits : bits(log.size() + 2L, 5);
        textBits = description.logTextBits > 0 ? description.logTextBits : bits(text + 1, 10);
        infoSize = description.kernel.printkInfoSize();
        image.reserve("prb", Long.BYTES);
        image.reserve("printk_rb_static", RING_SIZE);
        image.reserve("descs", (long) DESC_SIZE << descBits);
        image.reserve("infos", (long) infoSize << descBits);
        image.reserve("text", 1L << textBits);
    }

    private static int bits(long atLeast, int min) {
        return Math.max(min, Long.SIZE - Long.numberOfLeadingZeros(atLeast - 1));
    }

    private static long blockSize(int textLength) {
        return textLength == 0 ? 0 : Long.BYTES + (textLength + 7L & ~7L);
    }

    /** Writes everything into the placed image. */
    void write(GuestMemory into, VmcoreInfoText info) {
        memory = into;
        long count = 1L << descBits;
        headId = -(count + 1) & ID_MASK;
        tailId = headId;
        headPos = -(1L << textBits);
        tailPos = headPos;
        memory.putLong(desc(headId), state(LogRecord.State.REUSABLE, headId));
        memory.putLong(desc(headId) + 8, 1);
        memory.putLong(desc(headId) + 16, 1);
        long seq = 0;
        for (LogRecord record : description.log) {
            append(record, seq++);
        }
        memory.putLong(image.physical("prb"), image.virtual("printk_rb_static"));
        long ring = image.physical("printk_rb_static");
        memory.putInt(ring, descBits);
        memory.putLong(ring + 8, image.virtual("descs"));
        memory.putLong(ring + 16, image.virtual("infos"));
        memory.putLong(ring + 24, headId);
        memory.putLong(ring + 32, tailId);
        memory.putInt(ring + TEXT_RING, textBits);
        memory.putLong(ring + TEXT_RING + 8, image.virtual("text"));
        memory.putLong(ring + TEXT_RING + 16, headPos);
        memory.putLong(ring + TEXT_RING + 24, tailPos);
        keys(info);
    }

    private void append(LogRecord record, long seq) {
        headId = headId + 1 & ID_MASK;
        if ((headId - tailId & ID_MASK) >= 1L << descBits) {
            tailId = tailId + 1 & ID_MASK;
        }
        long desc = desc(headId);
        byte[] text = record.text().getBytes(StandardCharsets.ISO_8859_1);
        long begin = NO_DATA;
        long next = NO_DATA;
        if (text.length > 0) {
            begin = headPos;
            next = next(begin, blockSize(text.length));
            evict(next - (1L << textBits));
            long block = samePass(begin, next) ? begin : 0;
            putRing(block, headId);
            for (int i = 0; i < text.length; i++) {
                memory.putByte(image.physical("text") + (block + 8 + i & mask()), text[i]);
            }
            headPos = next;
        }
        memory.putLong(desc, state(record.state(), headId));
        memory.putLong(desc + 8, begin);
        memory.putLong(desc + 16, next);
        long info = image.physical("infos") + (headId & (1L << descBits) - 1) * infoSize;
        memory.putLong(info, seq);
        memory.putLong(info + 8, record.nanos());
        memory.putShort(info + 16, text.length);
        memory.putInt(info + 20, record.caller());
    }

    /** Position behind a block: one that would cross the end of the ring begins at its start instead. */
    private long next(long begin, long size) {
        if (size > 1L << textBits - 1) {
            throw new DescriptionException("a log record does not fit into a text ring of 2^" + textBits + " bytes");
        }
        long next = begin + size;
        return samePass(begin, next) ? next : (next & ~mask()) + size;
    }

    /** Up to 6.x a block that ends exactly with the ring counts as crossing its end. */
    private boolean samePass(long begin, long next) {
        long last = description.kernel.compareTo(KernelPreset.V7_2) >= 0 ? next - 1 : next;
        return (begin & ~mask()) == (last & ~mask());
    }

    /** Gives back all records whose data lies before the position. */
    private void evict(long position) {
        for (long id = tailId; id != headId; id = id + 1 & ID_MASK) {
            long desc = desc(id);
            long begin = memory.getLong(desc + 8);
            if (begin != NO_DATA && begin != 1 && begin - position < 0) {
                memory.putLong(desc, state(LogRecord.State.REUSABLE, id));
                tailPos = memory.getLong(desc + 16);
            }
        }
    }

    private void putRing(long position, long value) {
        memory.putLong(image.physical("text") + (position & mask()), value);
    }

    private long mask() {
        return (1L << textBits) - 1;
    }

    private long desc(long id) {
        return image.physical("descs") + (id & (1L << descBits) - 1) * DESC_SIZE;
    }

    private static long state(LogRecord.State state, long id) {
        return (long) state.ordinal() << STATE_SHIFT | id;
    }

    private void keys(VmcoreInfoText info) {
        info.symbol("prb", image.virtual("prb"));
        info.symbol("printk_rb_static", image.virtual("printk_rb_static"));
        info.size("printk_ringbuffer", RING_SIZE);
        info.offset("printk_ringbuffer.desc_ring", 0);
        info.offset("printk_ringbuffer.text_data_ring", TEXT_RING);
        info.offset("printk_ringbuffer.fail", 80);
        info.size("prb_desc_ring", 48);
        info.offset("prb_desc_ring.count_bits", 0);
        info.offset("prb_desc_ring.descs", 8);
        info.offset("prb_desc_ring.infos", 16);
        info.offset("prb_desc_ring.head_id", 24);
        info.offset("prb_desc_ring.tail_id", 32);
        info.size("prb_desc", DESC_SIZE);
        info.offset("prb_desc.state_var", 0);
        info.offset("prb_desc.text_blk_lpos", 8);
        info.size("prb_data_blk_lpos", 16);
        info.offset("prb_data_blk_lpos.begin", 0);
        info.offset("prb_data_blk_lpos.next", 8);
        info.size("printk_info", infoSize);
        info.offset("printk_info.seq", 0);
        info.offset("printk_info.ts_nsec", 8);
        info.offset("printk_info.text_len", 16);
        info.offset("printk_info.caller_id", 20);
        info.offset("printk_info.dev_info", description.kernel.printkDevInfo());
        info.size("prb_data_ring", 32);
        info.offset("prb_data_ring.size_bits", 0);
        info.offset("prb_data_ring.data", 8);
        info.offset("prb_data_ring.head_lpos", 16);
        info.offset("prb_data_ring.tail_lpos", 24);
        info.size("atomic_long_t", 8);
        info.offset("atomic_long_t.counter", 0);
    }
}
