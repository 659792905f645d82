// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/** The memory of a dump as page-metadata describes it. Belongs to one thread. */
public final class StoredMemory implements DescribedMemory {
    private final StoredDump dump;
    private final StoredMetadata metadata;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private final MemmapRuns memmap = new MemmapRuns();

    /** @param metadata reads it; stays the caller's to close */
    public StoredMemory(StoredDump dump, StoredMetadata metadata) {
        this.dump = dump;
        this.metadata = metadata;
    }

    @Override
    public int stripes() {
        return dump.stripes();
    }

    @Override
    public long firstPfn(int stripe) {
        return dump.stripe(stripe).getFirstPfn();
    }

    @Override
    public long endPfn(int stripe) {
        return dump.stripe(stripe).getEndPfn();
    }

    @Override
    public void read(int stripe, ChunkReader reader) {
        metadata.read(dump, stripe, new Decoding(reader));
    }

    private final class Decoding implements StripeVisitor {
        private final ChunkReader reader;
        private StripeOpened opened;

        Decoding(ChunkReader reader) {
            this.reader = reader;
        }

        @Override
        public void opened(StripeOpened stripe) {
            opened = stripe;
            reader.begin(StripeDecider.pageFacts(stripe), FactsRecords.dumpFacts(stripe), stripe.getStructPageSize());
        }

        @Override
        public boolean chunk(ChunkMetadata chunk) {
            try {
                DescriptorCodec.decode(
                        chunk.getDescriptors(), Chunk.firstPfn(chunk.getChunk()), chunk.getPages(), descriptors);
                int pages = MemmapRuns.pages(
                        opened.getStructPageSize(), 1 << opened.getFacts().getPageShift());
                if (pages > 0) {
                    MemmapCodec.decode(chunk.getMemmap(), pages, memmap);
                } else {
                    memmap.begin();
                }
            } catch (MalformedRecordException e) {
                throw new ArchiveException(
                        "chunk " + chunk.getChunk() + " of " + StripeDecider.name(opened) + ": " + OneLine.of(e), e);
            }
            return reader.chunk(descriptors, memmap);
        }

        @Override
        public void closed(StripeClosed closed) {}
    }
}
