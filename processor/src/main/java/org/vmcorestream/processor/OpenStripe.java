// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.RuleSetProgress;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeProgress;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * A stripe between its first and its last record. Chunks come in ascending order; its whole state between two of them is
 * {@link #progress}.
 */
final class OpenStripe {
    private final StripeOpened opened;
    private final List<RuleSetLane> lanes;
    private final Optional<CaptureLane> capture;
    private final StripeDigest digest;
    private long lastChunk;
    private int chunks;
    private long pages;

    private OpenStripe(
            StripeOpened opened, List<RuleSetLane> lanes, Optional<CaptureLane> capture, StripeDigest digest) {
        this.opened = opened;
        this.lanes = lanes;
        this.capture = capture;
        this.digest = digest;
    }

    /**
     * A stripe before its first chunk.
     *
     * @param ruleSets what is applied, at least one
     * @param catalog knows the rule set that the stripe was captured with
     * @throws RefusedException when the announcement makes no sense
     * @throws ArchiveException when the cluster does not answer
     */
    static OpenStripe begin(StripeOpened opened, List<RuleSet> ruleSets, RuleSetCatalog catalog)
            throws RefusedException {
        StripeAnnouncement.check(opened);
        PageFacts facts = facts(opened);
        List<RuleSetLane> lanes = new ArrayList<>();
        for (RuleSet ruleSet : ruleSets) {
            lanes.add(new RuleSetLane(
                    ruleSet, facts, FactsRecords.dumpFacts(opened), opened.getEndPfn(), opened.getStructPageSize()));
        }
        Optional<CaptureLane> capture =
                CaptureLane.begin(opened, facts, FactsRecords.dumpFacts(opened), ruleSets, catalog);
        OpenStripe stripe = new OpenStripe(opened, lanes, capture, new StripeDigest(0));
        stripe.lastChunk = -1;
        return stripe;
    }

    /**
     * A stripe where it was when {@link #progress} was taken.
     *
     * @throws RefusedException when it cannot be continued, as when a rule set is gone or has changed
     * @throws ArchiveException when the cluster does not answer
     */
    static OpenStripe resume(StripeProgress from, RuleSetCatalog catalog) throws RefusedException {
        StripeOpened opened = from.getOpened();
        StripeAnnouncement.check(opened);
        PageFacts facts = facts(opened);
        List<RuleSetLane> lanes = new ArrayList<>();
        for (RuleSetProgress lane : from.getRuleSets()) {
            RuleSet ruleSet = catalog.named(lane.getRuleSet())
                    .orElseThrow(() -> new RefusedException("state of " + StripeAnnouncement.name(opened)
                            + " is of rule set '" + lane.getRuleSet() + "', which is no longer known"));
            try {
                lanes.add(new RuleSetLane(
                        ruleSet,
                        facts,
                        FactsRecords.dumpFacts(opened),
                        opened.getEndPfn(),
                        opened.getStructPageSize(),
                        lane));
            } catch (IllegalArgumentException e) {
                throw doesNotFit(opened, ruleSet.name(), e);
            }
        }
        Optional<CaptureLane> capture;
        try {
            capture = CaptureLane.resume(from, facts, FactsRecords.dumpFacts(opened), catalog);
        } catch (IllegalArgumentException e) {
            throw doesNotFit(opened, opened.getCaptureRuleSet(), e);
        }
        OpenStripe stripe = new OpenStripe(opened, lanes, capture, new StripeDigest(from.getDigest()));
        stripe.lastChunk = from.getLastChunk();
        stripe.chunks = from.getChunks();
        stripe.pages = from.getPages();
        return stripe;
    }

    private static RefusedException doesNotFit(StripeOpened opened, String ruleSet, IllegalArgumentException why) {
        return new RefusedException(
                "state of " + StripeAnnouncement.name(opened) + " does not fit rule set " + ruleSet + ": "
                        + why.getMessage(),
                why);
    }

    private static PageFacts facts(StripeOpened opened) throws RefusedException {
        try {
            return FactsRecords.fromRecord(opened.getFacts());
        } catch (MalformedRecordException e) {
            throw new RefusedException(StripeAnnouncement.name(opened) + ": " + e.getMessage(), e);
        }
    }

    /** The stripe as it was announced. */
    StripeOpened opened() {
        return opened;
    }

    /** Engines at work on it. */
    int engines() {
        return lanes.size() + (capture.isPresent() ? 1 : 0);
    }

    /** Whether a chunk was decided before, or left out before a later one. */
    boolean isBehind(ChunkMetadata chunk) {
        return chunk.getChunk() <= lastChunk && chunk.getChunk() >= Chunk.of(opened.getFirstPfn());
    }

    /**
     * State to continue from.
     *
     * @param now milliseconds since 1970-01-01 UTC
     */
    StripeProgress progress(long now) {
        OpenRun openRun = capture.map(CaptureLane::openRun).orElse(OpenRun.NONE);
        return new StripeProgress(
                opened,
                now,
                lastChunk,
                chunks,
                pages,
                digest.value(),
                IntStream.range(0, lanes.size()).mapToObj(this::progressOf).toList(),
                openRun.endPfn(),
                openRun.reason());
    }

    private RuleSetProgress progressOf(int lane) {
        return lanes.get(lane)
                .progress(capture.map(captured -> captured.progress(lane)).orElse(List.of()));
    }

    /**
     * Decides the next chunk under each rule set.
     *
     * @param scratch is overwritten
     * @throws RefusedException when the chunk makes no sense; the stripe is as it was before
     */
    List<ChunkVerdict> decide(ChunkMetadata chunk, ChunkScratch scratch) throws RefusedException {
        long number = chunk.getChunk();
        long first = Chunk.of(opened.getFirstPfn());
        long last = Chunk.of(opened.getEndPfn() - 1);
        if (number < first || number > last) {
            throw new RefusedException(name(number) + " is outside its stripe, expected " + first + " to " + last);
        }
        if (chunks == opened.getChunks()) {
            throw new RefusedException(name(number) + " is one more than the " + chunks + " announced");
        }
        long firstPfn = Chunk.firstPfn(number);
        int expected = (int) Math.min(Chunk.PAGES, opened.getEndPfn() - firstPfn);
        if (chunk.getPages() != expected) {
            throw new RefusedException(name(number) + " has " + chunk.getPages() + " pages, expected " + expected);
        }
        try {
            DescriptorCodec.decode(chunk.getDescriptors(), firstPfn, expected, scratch.descriptors);
            if (lanes.stream().anyMatch(RuleSetLane::needsMemmap)) {
                MemmapCodec.decode(chunk, opened, scratch.memmap);
            }
        } catch (MalformedRecordException e) {
            throw new RefusedException(name(number) + ": " + e.getMessage(), e);
        }
        List<ChunkVerdict> verdicts = new ArrayList<>(lanes.size());
        capture.ifPresent(captured -> captured.decide(scratch.descriptors, scratch.captured));
        for (int lane = 0; lane < lanes.size(); lane++) {
            verdicts.add(lanes.get(lane).decide(opened, scratch.descriptors, scratch.memmap, scratch.runs));
            if (capture.isPresent()) {
                capture.get().count(lane, scratch.runs, scratch.captured);
            }
        }
        digest.add(chunk.getDescriptors());
        lastChunk = number;
        chunks++;
        pages += expected;
        return verdicts;
    }

    private String name(long chunk) {
        return "chunk " + chunk + " of " + StripeAnnouncement.name(opened);
    }

    /** What the end of the stripe says that is not so, one line each; empty when all of it was decided. */
    List<String> problems(StripeClosed closed) {
        List<String> problems = new ArrayList<>();
        String name = StripeAnnouncement.name(opened);
        if (closed.getChunks() != chunks || chunks != opened.getChunks()) {
            problems.add(name + " ends with " + closed.getChunks() + " chunks, " + chunks + " decided, expected "
                    + opened.getChunks() + " of both");
        }
        if (closed.getPages() != pages) {
            problems.add(name + " ends with " + closed.getPages() + " pages, expected the " + pages + " decided");
        }
        if (closed.getDigest() != digest.value()) {
            problems.add(String.format(
                    "%s ends with digest %08x, expected %08x of the chunks decided",
                    name, closed.getDigest(), digest.value()));
        }
        return problems;
    }

    /**
     * Totals of the stripe, one for each rule set.
     *
     * @param problems of its end; empty when all of it was decided
     */
    List<StripeVerdict> totals(List<String> problems) {
        List<StripeVerdict> totals = new ArrayList<>(lanes.size());
        for (int i = 0; i < lanes.size(); i++) {
            int lane = i;
            totals.add(lanes.get(lane)
                    .total(
                            opened,
                            chunks,
                            chunksExpected(problems),
                            capture.map(captured -> captured.notCaptured(lane)).orElse(List.of())));
        }
        return totals;
    }

    /**
     * Statistics of the stripe, one for each rule set.
     *
     * @param decidedAt milliseconds since 1970-01-01 UTC
     * @param replayId replay that decides, empty when the dump has just come
     */
    List<ExclusionStats> stats(long decidedAt, String replayId) {
        return lanes.stream()
                .map(lane -> lane.stats(opened, decidedAt, replayId))
                .toList();
    }

    /**
     * Chunks that the stripe's verdicts must be told to expect: as announced, or one more than were decided when
     * something is wrong with them though their number is right.
     */
    private int chunksExpected(List<String> problems) {
        return problems.isEmpty() ? chunks : Math.max(opened.getChunks(), chunks + 1);
    }
}
