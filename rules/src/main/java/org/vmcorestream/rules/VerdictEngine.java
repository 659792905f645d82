// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * Applies one rule set to the chunks of one stripe, in order: descriptors in, reasons out.
 *
 * <p>{@link EntryDecisions} asks the rules about the dictionary entries of a chunk; rules that look only at some page frames cut
 * it into windows. The walk over the runs then only expands what they answered: a head that reaches further than its page opens
 * a run, and pages inside an open run are not looked at. Page frames without memory or data keep their own reason inside a run,
 * so that a run counts only pages that were there.
 *
 * <p>Not thread-safe. Its whole state between two chunks is the open run and the counters, and both can be restored.
 */
public final class VerdictEngine {
    private static final int NO_RULE = EntryDecisions.NO_RULE;

    /** Bits of decisions that something is to be counted for. */
    private static final int ODD =
            EntryDecisions.INVALID_ORDER | EntryDecisions.UNDECIDED | EntryDecisions.UNKNOWN_TYPE;

    /** And of those on heads of blocks. */
    private static final int SPECIAL = ODD | EntryDecisions.ORDER_MASK;

    /** A page frame is below 2^52, so 2^52 pages is as far as anything reaches. */
    private static final int FARTHEST_ORDER = 52;

    private final RuleSet ruleSet;
    private final EntryDecisions decisions;
    private final long endPfn;
    private long windowEnd;

    /** Page frame behind the open run, 0 when there is none. */
    private long openEnd;

    /** Last run that was opened; it may have ended since. */
    private long runEnd;

    private int runReason = RuleSet.KEPT;

    /** Page that opened it, and the rule that did; neither is known of one that was restored. */
    private long runPfn = -1;

    private int runRule = NO_RULE;

    /** Run of the chunk that opened it, whose rule is still to be looked up; -1 when it is known. */
    private int openedBy = -1;

    /** Last page that was decided, and what was decided of its dictionary entry. */
    private long lastPfn = -1;

    private int lastDecision;
    private int lastRule;
    private int lastShape;
    private long invalidOrders;
    private long misaligned;
    private long undecided;
    private long unknownTypes;
    private long firstAnomaly = -1;
    private final long[] pagesByReason;

    /**
     * @param ruleSet what is applied
     * @param facts the kernel the pages come from, as it says itself
     * @param dump the dump they come from
     * @param endPfn page frame behind the last one that a run may reach: the end of the stripe
     */
    public VerdictEngine(RuleSet ruleSet, PageFacts facts, DumpFacts dump, long endPfn) {
        this.ruleSet = ruleSet;
        this.endPfn = endPfn;
        decisions = new EntryDecisions(ruleSet, ruleSet.context(facts, dump));
        pagesByReason = new long[ruleSet.reasons().size()];
    }

    /** The rule set that is applied. */
    public RuleSet ruleSet() {
        return ruleSet;
    }

    /** The run that reaches beyond the last chunk decided, {@link OpenRun#NONE} when there is none. */
    public OpenRun openRun() {
        return openEnd == 0 ? OpenRun.NONE : new OpenRun(openEnd, runReason);
    }

    /** Continues where an engine with the same rule set left off. */
    public void restore(OpenRun openRun, Anomalies anomalies, long[] pagesByReason) {
        if (pagesByReason.length != this.pagesByReason.length) {
            throw new IllegalArgumentException("counters of " + pagesByReason.length + " reasons, expected "
                    + this.pagesByReason.length + " for rule set " + ruleSet.name());
        }
        openEnd = openRun.endPfn();
        runEnd = openRun.endPfn();
        runReason = openRun.reason();
        runPfn = -1;
        runRule = NO_RULE;
        lastPfn = -1;
        invalidOrders = anomalies.invalidOrders();
        misaligned = anomalies.misaligned();
        undecided = anomalies.undecided();
        unknownTypes = anomalies.unknownTypes();
        firstAnomaly = anomalies.firstPfn();
        System.arraycopy(pagesByReason, 0, this.pagesByReason, 0, pagesByReason.length);
    }

    /** Pages seen that something is odd about. */
    public Anomalies anomalies() {
        return new Anomalies(invalidOrders, misaligned, undecided, unknownTypes, firstAnomaly);
    }

    /** Pages decided so far, by reason code of {@link RuleSet#reasons()}. */
    public long[] pagesByReason() {
        return pagesByReason.clone();
    }

    /**
     * Decides one chunk. Chunks must come in ascending order; one that was left out counts as never seen, and an open
     * run goes on behind it.
     */
    public void decide(ChunkDescriptors chunk, VerdictRuns verdict) {
        long firstPfn = chunk.firstPfn();
        int runs = chunk.runs();
        decisions.begin(chunk.entries());
        windowEnd = decisions.enterWindow(firstPfn);
        verdict.begin(firstPfn);
        if (firstPfn + chunk.pages() <= windowEnd) {
            walkChunk(chunk, verdict);
        } else {
            walkWindows(chunk, verdict);
        }
        if (openedBy >= 0) {
            runRule = decisions.ruleOf(chunk, chunk.runEntry(openedBy));
            openedBy = -1;
        }
        long pfn = firstPfn + chunk.pages();
        if (openEnd <= pfn) {
            openEnd = 0;
        }
        for (int run = 0; run < verdict.runs(); run++) {
            pagesByReason[verdict.reason(run)] += verdict.length(run);
        }
        if (runs > 0) {
            int entry = chunk.runEntry(runs - 1);
            lastPfn = pfn - 1;
            lastDecision = decisions.of(chunk, entry);
            lastRule = decisions.ruleOf(chunk, entry);
            lastShape = chunk.shape(entry);
        }
    }

    /**
     * How the last page of the chunk that was decided last came by its verdict. Who wants to know it of another page describes
     * the chunk only up to that page.
     *
     * @throws IllegalStateException when nothing was decided yet
     */
    public PageDecision lastPage() {
        if (lastPfn < 0) {
            throw new IllegalStateException("no page was decided yet");
        }
        int reason = lastDecision & EntryDecisions.REASON_MASK;
        if (reason == RuleSet.HOLE || reason == RuleSet.NO_DATA) {
            PageDecision.How how = reason == RuleSet.HOLE ? PageDecision.How.HOLE : PageDecision.How.NO_DATA;
            return new PageDecision(lastPfn, reason, how, NO_RULE, -1, 0);
        }
        if (lastPfn < runEnd) {
            PageDecision.How how = lastPfn == runPfn ? PageDecision.How.RULE : PageDecision.How.INSIDE_RUN;
            return new PageDecision(lastPfn, runReason, how, runRule, runPfn, runEnd);
        }
        return alone(reason);
    }

    /** A page that no run covers. */
    private PageDecision alone(int reason) {
        if ((lastShape & Descriptor.NO_STRUCT_PAGE) != 0) {
            return new PageDecision(lastPfn, reason, PageDecision.How.NO_STRUCT_PAGE, NO_RULE, -1, 0);
        }
        PageDecision.How how = lastRule == NO_RULE ? PageDecision.How.NO_RULE : PageDecision.How.RULE;
        if ((lastDecision & EntryDecisions.INVALID_ORDER) != 0) {
            how = PageDecision.How.INVALID_ORDER;
        } else if ((lastDecision & EntryDecisions.UNDECIDED) != 0) {
            how = PageDecision.How.UNDECIDED;
        } else if (order(lastDecision) > 0 && (lastDecision & EntryDecisions.STRICT) != 0) {
            return new PageDecision(lastPfn, RuleSet.KEPT, PageDecision.How.MISALIGNED, lastRule, -1, 0);
        }
        return new PageDecision(lastPfn, reason, how, lastRule, -1, 0);
    }

    private static int order(int decision) {
        return (decision & EntryDecisions.ORDER_MASK) >>> EntryDecisions.ORDER_SHIFT;
    }

    /** Decides a chunk in which all rules look at the same page frames; {@link #walk} takes what is rare. */
    private void walkChunk(ChunkDescriptors chunk, VerdictRuns verdict) {
        int[] decided = decisions.of(chunk);
        int[] ends = verdict.ends();
        byte[] reasons = verdict.reasons();
        long firstPfn = verdict.firstPfn();
        int runs = chunk.runs();
        int written = 0;
        int last = -1;
        int pages = 0;
        int open = openPages(firstPfn);
        for (int run = 0; run < runs; run++) {
            int decision = decided[chunk.runEntry(run)] & EntryDecisions.DECISION_MASK;
            int end = pages + chunk.runLength(run);
            int reason = decision & EntryDecisions.REASON_MASK;
            if ((decision & SPECIAL) != 0 || pages < open) {
                if (end <= open && (decision & EntryDecisions.UNKNOWN_TYPE) == 0) {
                    reason = isAbsent(reason) ? reason : runReason;
                } else if (pages >= open && (decision & ODD) == 0 && end - pages == 1) {
                    long pfn = firstPfn + pages;
                    if ((pfn & (1L << order(decision)) - 1) == 0) {
                        open(pfn, decision, run);
                        open = openPages(firstPfn);
                    } else {
                        reason = misfit(pfn, decision);
                    }
                } else {
                    verdict.written(written, pages);
                    walk(verdict, firstPfn + pages, end - pages, decision, run);
                    written = verdict.runs();
                    last = reasons[written];
                    reason = last;
                    open = openPages(firstPfn);
                }
            }
            written += VerdictRuns.isOther(last, reason);
            last = reason;
            reasons[written] = (byte) reason;
            ends[written] = end;
            pages = end;
        }
        verdict.written(written, pages);
    }

    /** Pages from a page frame to the end of the open run, as far as a chunk can reach; 0 when there is none. */
    private int openPages(long firstPfn) {
        return (int) Math.max(0, Math.min(openEnd - firstPfn, 2 * Chunk.PAGES));
    }

    /** A page that is not there stays what it is, even inside a run. */
    private static boolean isAbsent(int reason) {
        return reason == RuleSet.HOLE || reason == RuleSet.NO_DATA;
    }

    /** Opens the run of a block that begins here. */
    private void open(long pfn, int decision, int run) {
        int order = Math.min(order(decision), FARTHEST_ORDER);
        openEnd = Math.max(pfn + 1, Math.min(endPfn, pfn + (1L << order)));
        runEnd = openEnd;
        runReason = decision & EntryDecisions.REASON_MASK;
        runPfn = pfn;
        openedBy = run;
    }

    /** The reason of a head whose page frame is not aligned to its block. */
    private int misfit(long pfn, int decision) {
        if ((decision & EntryDecisions.STRICT) == 0) {
            return decision & EntryDecisions.REASON_MASK;
        }
        misaligned++;
        noteAnomaly(pfn);
        return RuleSet.KEPT;
    }

    /** Decides a chunk that rules for some page frames cut into windows. */
    private void walkWindows(ChunkDescriptors chunk, VerdictRuns verdict) {
        for (int run = 0; run < chunk.runs(); run++) {
            int entry = chunk.runEntry(run);
            long pfn = verdict.firstPfn() + verdict.pages();
            long end = pfn + chunk.runLength(run);
            while (pfn < end) {
                if (pfn >= windowEnd) {
                    windowEnd = decisions.enterWindow(pfn);
                }
                int length = (int) (Math.min(end, windowEnd) - pfn);
                walk(verdict, pfn, length, decisions.of(chunk, entry), run);
                pfn += length;
                if (openedBy >= 0) {
                    runRule = decisions.ruleOf(chunk, entry);
                    openedBy = -1;
                }
            }
        }
    }

    /** Decides pages of one entry within a window. */
    private void walk(VerdictRuns verdict, long firstPfn, int length, int decision, int run) {
        int reason = decision & EntryDecisions.REASON_MASK;
        int order = order(decision);
        long pfn = firstPfn;
        long end = firstPfn + length;
        if ((decision & EntryDecisions.UNKNOWN_TYPE) != 0) {
            unknownTypes += length;
        }
        while (pfn < end) {
            if (pfn < openEnd) {
                int covered = (int) (Math.min(end, openEnd) - pfn);
                verdict.append(isAbsent(reason) ? reason : runReason, covered);
                pfn += covered;
            } else if (order == 0) {
                verdict.append(reason, (int) (end - pfn));
                countKept(decision, pfn, end);
                return;
            } else if ((pfn & (1L << order) - 1) == 0) {
                open(pfn, decision, run);
            } else {
                verdict.append(misfit(pfn, decision), 1);
                pfn++;
            }
        }
    }

    /** Counts pages that are kept because of what is odd about them. */
    private void countKept(int decision, long pfn, long end) {
        if ((decision & EntryDecisions.INVALID_ORDER) != 0) {
            invalidOrders += end - pfn;
            noteAnomaly(pfn);
        } else if ((decision & EntryDecisions.UNDECIDED) != 0) {
            undecided += end - pfn;
            noteAnomaly(pfn);
        }
    }

    private void noteAnomaly(long pfn) {
        if (firstAnomaly < 0) {
            firstAnomaly = pfn;
        }
    }
}
