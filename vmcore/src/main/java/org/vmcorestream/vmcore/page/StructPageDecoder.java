// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.nio.ByteBuffer;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageFacts;

/**
 * Turns struct pages into descriptors. Most pages say the same as the one before them, so that is asked first; heads of
 * compound pages and free blocks, whose order has to be looked up, are taken one by one.
 */
final class StructPageDecoder {
    /**
     * A compound page is aligned to its size, so that a page frame with all of these bits set is the head of none: its next
     * struct page is never asked.
     */
    static final int GROUP_MASK = 511;

    private static final int FARTHEST_ORDER = 64;
    private static final int LONGEST_BUDDY_ORDER = 255;

    private final int size;
    private final int flagsAt;
    private final int mapcountAt;
    private final int mappingAt;
    private final int privateAt;
    private final int compoundAt;
    private final int tailMask;
    private final int headMask;
    private final boolean hasBuddy;
    private final int buddyType;
    private final PageLayout layout;

    StructPageDecoder(PageLayout layout, PageFacts facts) {
        this.layout = layout;
        size = layout.size();
        flagsAt = layout.flags();
        mapcountAt = layout.mapcount();
        mappingAt = layout.mapping();
        privateAt = layout.privateWord();
        boolean compounds = layout.compound() != PageLayout.NONE;
        compoundAt = compounds ? layout.compound() : 0;
        tailMask = compounds ? 1 : 0;
        headMask = facts.headMask();
        hasBuddy = facts.buddyType().isPresent();
        buddyType = facts.buddyType().orElse(0);
    }

    /**
     * Describes the first {@code count} struct pages of a buffer.
     *
     * @param pages little-endian struct pages from index 0 on
     * @param available number of struct pages in it, at least {@code count}; one more than that lets the last of them be a
     *     head
     * @param firstPfn page frame of the first one
     */
    void decode(ByteBuffer pages, int count, int available, long firstPfn, ChunkDescriptors into) {
        int end = count * size;
        int at = 0;
        int index = 0;
        while (at < end) {
            int flags = pages.getInt(at + flagsAt);
            int mapcount = pages.getInt(at + mapcountAt);
            int tail = pages.getInt(at + compoundAt) & tailMask;
            int mapping = pages.getInt(at + mappingAt) & 3;
            int shape = tail * Descriptor.TAIL | mapping << Descriptor.MAPPING_SHIFT;
            boolean head = tail == 0 && (flags & headMask) != 0;
            boolean buddy = hasBuddy && mapcount == buddyType;
            if (head || buddy) {
                if (buddy) {
                    shape |= buddyOrder(pages, at) << Descriptor.BUDDY_ORDER_SHIFT;
                }
                if (head && index + 1 < available && (firstPfn + index & GROUP_MASK) != GROUP_MASK) {
                    shape |= compound(pages, at + size, mapcount, firstPfn + index);
                }
                into.append(flags, mapcount, shape, 1);
                at += size;
                index++;
            } else {
                int length = sameAs(pages, at, end, flags, mapcount, tail, mapping);
                into.append(flags, mapcount, shape, length);
                at += length * size;
                index += length;
            }
        }
    }

    /** Number of struct pages from {@code at} on, at least 1, that say what the first of them says. */
    private int sameAs(ByteBuffer pages, int at, int end, int flags, int mapcount, int tail, int mapping) {
        int length = 1;
        for (int next = at + size; next < end; next += size) {
            int difference = pages.getInt(next + flagsAt) ^ flags
                    | pages.getInt(next + mapcountAt) ^ mapcount
                    | (pages.getInt(next + compoundAt) & tailMask) ^ tail
                    | (pages.getInt(next + mappingAt) & 3) ^ mapping;
            if (difference != 0) {
                break;
            }
            length++;
        }
        return length;
    }

    private int buddyOrder(ByteBuffer pages, int at) {
        long order = pages.getLong(at + privateAt);
        return order >= 0 && order < LONGEST_BUDDY_ORDER ? (int) order : LONGEST_BUDDY_ORDER;
    }

    /** Compound order and hugetlb bit of a head page, from the first tail page at {@code tail}. */
    private int compound(ByteBuffer pages, int tail, int mapcount, long pfn) {
        int order = layout.order() == PageLayout.NONE ? 0 : pages.get(tail + layout.order()) & 0xff;
        if (order >= FARTHEST_ORDER || (pfn & (1L << order) - 1) != 0) {
            order = 0;
        }
        return isHugetlb(pages, tail, mapcount) ? order | Descriptor.HUGETLB : order;
    }

    private boolean isHugetlb(ByteBuffer pages, int tail, int mapcount) {
        return switch (layout.hugetlb()) {
            case UNKNOWN -> false;
            case PAGE_TYPE -> mapcount == layout.hugetlbValue();
            case TAIL_FLAG -> (pages.getInt(tail + flagsAt) & layout.hugetlbValue()) != 0;
            case DESTRUCTOR -> (pages.get(tail + layout.dtor()) & 0xff) == layout.hugetlbValue();
        };
    }
}
