// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/** A stripe as a producer would send it: of Linux 6.12 on x86-64, page by page as a test describes it. */
final class StripeFixture {
    static final String DUMP = "01932c07-a3b2-7c4d-8e5f-001122334455";

    static final int BUDDY = 0xf0000000 | 0x00ffffff;
    static final int UNACCEPTED = 0xf9ffffff;
    static final PageFacts FACTS = new PageFacts(
            12,
            11,
            OptionalInt.of(5),
            OptionalInt.of(14),
            OptionalInt.of(16),
            OptionalInt.of(17),
            OptionalInt.empty(),
            OptionalInt.of(21),
            1 << 6,
            OptionalInt.of(BUDDY),
            OptionalInt.of(0xf2ffffff),
            OptionalInt.of(0xf5ffffff),
            OptionalInt.of(0xf4ffffff),
            OptionalInt.of(UNACCEPTED));

    /** A page that every rule set keeps. */
    static final Descriptor KEPT = new Descriptor(0x1000, 3, 0);

    static final Descriptor HOLE = new Descriptor(0, 0, Descriptor.HOLE);
    static final Descriptor ANON = new Descriptor(1 << 5, 1, Descriptor.ANON);
    static final Descriptor TAIL = new Descriptor(0, -1, Descriptor.TAIL);
    static final Descriptor HUGE_1G = new Descriptor(1 << 6, 0xf4ffffff, Descriptor.HUGETLB | 18);

    final String dumpId;
    final int stripe;
    int structPageSize;
    private final CRC32C digest = new CRC32C();
    private final long firstPfn;
    private final long endPfn;
    private final int announced;
    private int chunks;
    private long pages;

    StripeFixture(String dumpId, int stripe, long firstPfn, long endPfn, int announced) {
        this.dumpId = dumpId;
        this.stripe = stripe;
        this.firstPfn = firstPfn;
        this.endPfn = endPfn;
        this.announced = announced;
    }

    /** A stripe of whole chunks from page frame 0. */
    static StripeFixture ofChunks(int chunks) {
        return new StripeFixture(DUMP, 0, 0, (long) chunks << Chunk.SHIFT, chunks);
    }

    StripeOpened opened(String... ruleSets) {
        return openedAs("", ruleSets);
    }

    /** Captured with a rule set. */
    StripeOpened openedAs(String capture, String... ruleSets) {
        return new StripeOpened(
                dumpId,
                stripe,
                firstPfn,
                endPfn,
                announced,
                FactsRecords.toRecord(FACTS),
                List.of(ruleSets),
                "6.12.107+deb13-amd64",
                "acme",
                "kvm7",
                1,
                "x86_64",
                "",
                capture,
                structPageSize);
    }

    static Descriptor free(int order) {
        return new Descriptor(0, BUDDY, order << Descriptor.BUDDY_ORDER_SHIFT);
    }

    /** Begins a chunk. */
    static ChunkDescriptors chunk(long number) {
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(Chunk.firstPfn(number));
        return chunk;
    }

    static ChunkDescriptors append(ChunkDescriptors chunk, Descriptor page, int length) {
        chunk.append(page.flags(), page.mapcount(), page.shape(), length);
        return chunk;
    }

    /** The next chunk, all pages of one descriptor. */
    ChunkMetadata chunk(long number, Descriptor page) {
        return chunk(append(chunk(number), page, Chunk.PAGES));
    }

    /** The next chunk. */
    ChunkMetadata chunk(ChunkDescriptors descriptors) {
        byte[] bytes = DescriptorCodec.encode(descriptors);
        digest.update(bytes);
        chunks++;
        pages += descriptors.pages();
        return new ChunkMetadata(
                dumpId,
                stripe,
                Chunk.of(descriptors.firstPfn()),
                descriptors.pages(),
                ByteBuffer.wrap(bytes),
                ByteBuffer.allocate(0));
    }

    /** The next chunk, with its memory map in one piece. */
    ChunkMetadata chunk(ChunkDescriptors descriptors, long memmapFrame) {
        MemmapRuns memmap = new MemmapRuns();
        memmap.append(0, memmapFrame, MemmapRuns.pages(structPageSize, FACTS.pageSize()));
        ChunkMetadata chunk = chunk(descriptors);
        chunk.setMemmap(ByteBuffer.wrap(MemmapCodec.encode(memmap)));
        return chunk;
    }

    /** The end, as the chunks so far make it. */
    StripeClosed closed() {
        return new StripeClosed(dumpId, stripe, chunks, pages, (int) digest.getValue());
    }
}
