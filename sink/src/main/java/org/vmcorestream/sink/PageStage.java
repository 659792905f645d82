// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.StripeState;

/**
 * The second stage of an assembly: copies the pages of all stripes of the dump, or of its part, in order. Those of a stripe come from two places where some were
 * sent early: from the stripe's own records, and from the early pages of its part. Both ascend, so whichever has the lower page frame at hand is next. Belongs to one
 * thread at a time.
 *
 * <p>One reader serves both places in turn. What was read of one while the other is waited for is let go of when the reader is given back.
 */
final class PageStage {
    private static final String TWICE = " came twice, early and in its stripe: one of the two was passed over";

    private final DumpPlan plan;
    private final DumpPart part;
    private final SequenceReader reader;
    private final Problems problems;
    private final MissingPages missing;
    private final PageSink sink;
    private final List<PageSequence> copied = new ArrayList<>();
    private int current;
    private PageSequence stripe;
    private GapTally gaps;
    private long addedBefore;

    /** Early pages of the part that the stripe belongs to, null where none are sent early. */
    private PageSequence early;

    private boolean cameTwice;

    PageStage(
            AssemblyOrder order,
            StageTools tools,
            StageReader reader,
            Problems problems,
            MissingPages missing,
            PageSink sink) {
        plan = order.plan();
        part = order.part();
        current = part.firstStripe();
        this.reader = new SequenceReader(plan.dumpId(), tools, reader, problems);
        this.problems = problems;
        this.missing = missing;
        this.sink = sink;
    }

    /**
     * Reads and copies a little.
     *
     * @param latest newest record of the dump
     * @param draining whether nothing more is expected than what is there: then a stripe is given up at its end
     * @throws IOException when the file cannot be written
     */
    Step step(DumpPlan latest, boolean draining) throws IOException {
        reader.begin(latest, draining);
        if (current == part.endStripe()) {
            return Step.DONE;
        }
        if (!reader.keeps()) {
            letGo(stripe);
            letGo(early);
        }
        if (!open(latest)) {
            return Step.IDLE;
        }
        // What the capture sends now first: it is early pages that are sure to be there.
        while (reader.prepare(stripe) && (early == null || reader.prepare(early))) {
            if (stripe.ended() && nextEarly() >= plan.stripe(current).getEndPfn()) {
                endStripe();
                return Step.PROGRESS;
            }
            copy();
        }
        return reader.progressed() ? Step.PROGRESS : Step.IDLE;
    }

    private static void letGo(PageSequence sequence) {
        if (sequence != null) {
            sequence.letGo();
        }
    }

    private long nextEarly() {
        return early == null ? Long.MAX_VALUE : early.pfn();
    }

    /** Begins what is copied next, if it is not begun; false when it is not known yet where it lies. */
    private boolean open(DumpPlan latest) {
        int number = latest.stripe(current).getPart();
        StripeState first = latest.early(number).orElse(null);
        if (first != null && (early == null || early.number() != Keys.earlyStripe(number))) {
            early = open(first, plan.manifest().getParts() == 1 ? "early pages" : "early pages of part " + number);
            if (early == null) {
                return false;
            }
        }
        if (stripe == null) {
            stripe = open(latest.stripe(current), "stripe " + current);
            gaps = new GapTally(sink, latest.stripe(current).getFirstPfn());
        }
        return stripe != null;
    }

    private PageSequence open(StripeState state, String name) {
        if (state.getDataOffset() < 0 && !reader.nothingMoreBegins()) {
            return null;
        }
        PageSequence sequence = new PageSequence(state, name, plan.pageSize(), problems);
        copied.add(sequence);
        if (state.getDataOffset() < 0) {
            sequence.giveUp();
            problems.add(name + ": its pages were never sent");
        }
        return sequence;
    }

    /** Copies the pages at hand that are next. */
    private void copy() throws IOException {
        long pfn = stripe.pfn();
        long earlyPfn = nextEarly();
        if (pfn == earlyPfn) {
            if (!cameTwice) {
                problems.add("pfn " + pfn + TWICE);
            }
            cameTwice = true;
            early.skip();
            return;
        }
        boolean isEarly = earlyPfn < pfn;
        PageSequence next = isEarly ? early : stripe;
        PageSequence other = isEarly ? stripe : early;
        long end = Math.min(isEarly ? pfn : earlyPfn, plan.stripe(current).getEndPfn());
        advanceTo(next.pfn());
        next.copyTo(sink, end);
        boolean gapped = other != null && other.gapped();
        gaps.advance(next.lastPfn() + 1, gapped, gapped && other.gapExpired());
    }

    private void advanceTo(long pfn) throws IOException {
        boolean ofEarly = early != null && early.gapped();
        boolean gone = stripe.gapped() && stripe.gapExpired() || ofEarly && early.gapExpired();
        gaps.advance(pfn, stripe.gapped() || ofEarly, gone);
    }

    private void endStripe() throws IOException {
        StripeState state = plan.stripe(current);
        advanceTo(state.getEndPfn());
        long kept = sink.keptIn(state.getFirstPfn(), state.getEndPfn());
        long absent = kept - (sink.added() - addedBefore);
        long unreadable = sink.takeUnreadable();
        addedBefore = sink.added();
        String name = "stripe " + current + ": ";
        if (unreadable > 0) {
            problems.add(name + unreadable + " pages cannot be decompressed, first " + sink.unreadableReason());
        }
        if (gaps.pages() > 0) {
            problems.add(name + gaps.pages() + " of the " + kept + " pages it keeps did not come, " + gaps.where());
        }
        missing.stripe(current, absent - unreadable, gaps.pages(), gaps.expired());
        stripe = null;
        current++;
    }

    /**
     * Compares all that was copied with the dump's last record, and says so when nothing is missing that the kernel itself needs. Of a capture that keeps nothing
     * else, early pages are only some of these.
     */
    void checkAgainst(DumpPlan latest) throws IOException {
        boolean allEarly = true;
        boolean anyEarly = false;
        for (PageSequence sequence : copied) {
            int number = sequence.number();
            sequence.checkAgainst(
                    number < 0 ? latest.early(Keys.earlyStripe(number)).orElseThrow() : latest.stripe(number));
            anyEarly |= number < 0;
            allEarly &= number >= 0 || sequence.whole();
        }
        long absent = sink.keptIn(part.pages().firstPfn(), part.pages().endPfn()) - sink.added();
        boolean more = !BuiltInRuleSets.keepsKernelOnly(plan.manifest().getCaptureRuleSet());
        if (absent > 0 && anyEarly && allEarly && more) {
            problems.add("all early pages came: those of the kernel itself are there");
        }
    }

    /** Whether the last step brought something of this assembly. */
    boolean news() {
        return reader.news();
    }
}
