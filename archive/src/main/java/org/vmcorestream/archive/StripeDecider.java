// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/**
 * Decides one stripe under several rule sets at once, from what page-metadata holds of it, and compares their verdicts run by
 * run. What the stripe's end says of its chunks is held against what came. Belongs to one thread.
 */
final class StripeDecider implements StripeVisitor {
    private final List<RuleSet> ruleSets;
    private final RuleSet capture;
    private final long expiredBefore;
    private final DecidingBuffers buffers;
    private final List<DecidingLane> lanes = new ArrayList<>();
    private final CRC32C digest = new CRC32C();
    private DecidingLane captureLane;
    private StripeOpened opened;
    private boolean needsMemmap;
    private int chunks;
    private long pages;
    private boolean closed;

    /**
     * @param ruleSets the base first
     * @param capture the rule set that said what was captured
     * @param expiredBefore contents of pages before this page frame are gone; 0 for none
     */
    StripeDecider(List<RuleSet> ruleSets, RuleSet capture, long expiredBefore, DecidingBuffers buffers) {
        this.ruleSets = ruleSets;
        this.capture = capture;
        this.expiredBefore = expiredBefore;
        this.buffers = buffers;
    }

    /** The kernel's page vocabulary, which was checked when the stripe was opened. */
    static PageFacts pageFacts(StripeOpened opened) {
        try {
            return FactsRecords.fromRecord(opened.getFacts());
        } catch (MalformedRecordException e) {
            throw new ArchiveException(name(opened) + ": " + OneLine.of(e), e);
        }
    }

    static String name(StripeOpened opened) {
        return "stripe " + opened.getStripe() + " of dump " + opened.getDumpId();
    }

    @Override
    public void opened(StripeOpened stripe) {
        opened = stripe;
        RuleSet base = ruleSets.get(0);
        for (RuleSet ruleSet : ruleSets) {
            lanes.add(lane(ruleSet, ruleSet == base ? null : base, capture));
        }
        captureLane = lane(capture, null, null);
        needsMemmap = lanes.stream().anyMatch(DecidingLane::needsMemmap);
    }

    private DecidingLane lane(RuleSet ruleSet, RuleSet base, RuleSet captured) {
        return new DecidingLane(
                ruleSet,
                pageFacts(opened),
                FactsRecords.dumpFacts(opened),
                opened.getEndPfn(),
                buffers.verdict(lanes.size()),
                opened.getStructPageSize(),
                base,
                captured);
    }

    @Override
    public boolean chunk(ChunkMetadata chunk) {
        try {
            long firstPfn = Chunk.firstPfn(chunk.getChunk());
            DescriptorCodec.decode(chunk.getDescriptors(), firstPfn, chunk.getPages(), buffers.descriptors);
            if (needsMemmap) {
                MemmapCodec.decode(chunk, opened, buffers.memmap);
            }
        } catch (MalformedRecordException e) {
            throw new ArchiveException("chunk " + chunk.getChunk() + " of " + name(opened) + ": " + OneLine.of(e), e);
        }
        captureLane.decide(buffers.descriptors, buffers.memmap);
        for (DecidingLane lane : lanes) {
            lane.decide(buffers.descriptors, buffers.memmap);
        }
        for (DecidingLane lane : lanes) {
            lane.compare(lanes.get(0), captureLane, expiredBefore);
        }
        digest.update(chunk.getDescriptors().duplicate());
        chunks++;
        pages += chunk.getPages();
        return true;
    }

    @Override
    public void closed(StripeClosed end) {
        if (end.getChunks() != chunks || chunks != opened.getChunks()) {
            throw new ArchiveException(name(opened) + " ends with " + end.getChunks() + " chunks and holds " + chunks
                    + ", expected " + opened.getChunks() + " of both");
        }
        if (end.getPages() != pages) {
            throw new ArchiveException(
                    name(opened) + " ends with " + end.getPages() + " pages, expected the " + pages + " it holds");
        }
        if (end.getDigest() != (int) digest.getValue()) {
            throw new ArchiveException(String.format(
                    "%s ends with digest %08x, expected %08x of the chunks it holds",
                    name(opened), end.getDigest(), (int) digest.getValue()));
        }
        closed = true;
    }

    /** What came out, one decision for each rule set; only when the stripe was read to its end. */
    List<Decision> decisions() {
        if (!closed) {
            throw new IllegalStateException("stripe was not read to its end");
        }
        return lanes.stream().map(DecidingLane::decision).toList();
    }
}
