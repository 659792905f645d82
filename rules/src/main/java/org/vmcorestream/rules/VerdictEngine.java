// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;
import java.util.List;

/**
 * Applies one rule set to the chunks of one stripe, in order: descriptors in, reasons out.
 *
 * <p>Rules are asked once for each dictionary entry of a chunk; rules that look only at some page frames cut it into windows,
 * in each of which the same rules are asked, once for each entry that occurs in it. The walk over the runs then only expands
 * what they answered: a head that reaches further than its page opens a run, and pages inside an open run are not looked at. Page
 * frames without memory or data keep their own reason inside a run, so that a run counts only pages that were there.
 *
 * <p>Not thread-safe. Its whole state between two chunks is the open run and the counters, and both can be restored.
 */
public final class VerdictEngine {
    private static final int PAGE_ONLY = -1;

    /** A free page whose order no block can have. */
    private static final int INVALID = -2;

    /** A page for which a condition has no answer. */
    private static final int UNDECIDED = -3;

    private static final int NO_RULE = -1;

    private final RuleSet ruleSet;
    private final PageFacts facts;
    private final long endPfn;
    private final Rule[] rules;
    private final Condition[] conditions;
    private final int[] reasonOfRule;

    private int[] entryReason = new int[256];
    private int[] entryOrder = new int[256];
    private int[] entryRule = new int[256];
    private boolean[] entryStrict = new boolean[256];
    private boolean[] entryUnknownType = new boolean[256];

    /** Window in which an entry was decided. */
    private int[] entryWindow = new int[256];

    private int window;
    private long windowEnd;
    private final boolean[] ruleInWindow;

    private OpenRun openRun = OpenRun.NONE;

    /** Last run that was opened; it may have ended since. */
    private OpenRun lastRun = OpenRun.NONE;

    private long lastRunPfn = -1;
    private int lastRunRule = NO_RULE;

    /** Last page that was decided, and its dictionary entry. */
    private long lastPfn = -1;

    private int lastEntry;
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
        RuleContext context = ruleSet.context(facts, dump);
        this.ruleSet = ruleSet;
        this.facts = context.kernel();
        this.endPfn = endPfn;
        List<String> reasons = ruleSet.reasons();
        pagesByReason = new long[reasons.size()];
        rules = ruleSet.rules().toArray(Rule[]::new);
        conditions = new Condition[rules.length];
        ruleInWindow = new boolean[rules.length];
        reasonOfRule = new int[rules.length];
        for (int i = 0; i < rules.length; i++) {
            conditions[i] = rules[i].condition().bind(context);
            reasonOfRule[i] = rules[i].action() == Rule.Action.KEEP ? RuleSet.KEPT : reasons.indexOf(rules[i].reason());
        }
    }

    /** The rule set that is applied. */
    public RuleSet ruleSet() {
        return ruleSet;
    }

    /** The run that reaches beyond the last chunk decided, {@link OpenRun#NONE} when there is none. */
    public OpenRun openRun() {
        return openRun;
    }

    /** Continues where an engine with the same rule set left off. */
    public void restore(OpenRun openRun, Anomalies anomalies, long[] pagesByReason) {
        if (pagesByReason.length != this.pagesByReason.length) {
            throw new IllegalArgumentException("counters of " + pagesByReason.length + " reasons, expected "
                    + this.pagesByReason.length + " for rule set " + ruleSet.name());
        }
        this.openRun = openRun;
        lastRun = openRun;
        lastRunPfn = -1;
        lastRunRule = NO_RULE;
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
        long pfn = chunk.firstPfn();
        beginChunk(chunk.entries());
        verdict.begin(pfn);
        for (int run = 0; run < chunk.runs(); run++) {
            int entry = chunk.runEntry(run);
            long end = pfn + chunk.runLength(run);
            while (pfn < end) {
                if (pfn >= windowEnd) {
                    enterWindow(pfn);
                }
                if (entryWindow[entry] != window) {
                    decideEntry(chunk, entry);
                }
                int length = (int) (Math.min(end, windowEnd) - pfn);
                if (entryUnknownType[entry]) {
                    unknownTypes += length;
                }
                if (pfn + length <= openRun.endPfn()) {
                    emit(verdict, insideRun(entry), length);
                } else {
                    walk(verdict, pfn, length, entry);
                }
                pfn += length;
            }
        }
        if (openRun.endPfn() <= pfn) {
            openRun = OpenRun.NONE;
        }
        if (chunk.runs() > 0) {
            lastPfn = pfn - 1;
            lastEntry = chunk.runEntry(chunk.runs() - 1);
            lastShape = chunk.shape(lastEntry);
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
        int reason = entryReason[lastEntry];
        if (reason == RuleSet.HOLE || reason == RuleSet.NO_DATA) {
            PageDecision.How how = reason == RuleSet.HOLE ? PageDecision.How.HOLE : PageDecision.How.NO_DATA;
            return new PageDecision(lastPfn, reason, how, NO_RULE, -1, 0);
        }
        if (lastPfn < lastRun.endPfn()) {
            boolean head = lastPfn == lastRunPfn;
            return new PageDecision(
                    lastPfn,
                    lastRun.reason(),
                    head ? PageDecision.How.RULE : PageDecision.How.INSIDE_RUN,
                    lastRunRule,
                    lastRunPfn,
                    lastRun.endPfn());
        }
        return alone(reason);
    }

    /** A page that no run covers. */
    private PageDecision alone(int reason) {
        int rule = entryRule[lastEntry];
        int order = entryOrder[lastEntry];
        if ((lastShape & Descriptor.NO_STRUCT_PAGE) != 0) {
            return new PageDecision(lastPfn, reason, PageDecision.How.NO_STRUCT_PAGE, NO_RULE, -1, 0);
        }
        PageDecision.How how = rule == NO_RULE ? PageDecision.How.NO_RULE : PageDecision.How.RULE;
        if (order == INVALID) {
            how = PageDecision.How.INVALID_ORDER;
        } else if (order == UNDECIDED) {
            how = PageDecision.How.UNDECIDED;
        } else if (order > 0 && entryStrict[lastEntry]) {
            return new PageDecision(lastPfn, RuleSet.KEPT, PageDecision.How.MISALIGNED, rule, -1, 0);
        }
        return new PageDecision(lastPfn, reason, how, rule, -1, 0);
    }

    private void beginChunk(int entries) {
        if (entries > entryReason.length) {
            entryReason = new int[Chunk.PAGES];
            entryOrder = new int[Chunk.PAGES];
            entryRule = new int[Chunk.PAGES];
            entryStrict = new boolean[Chunk.PAGES];
            entryUnknownType = new boolean[Chunk.PAGES];
            entryWindow = new int[Chunk.PAGES];
        }
        windowEnd = 0;
    }

    /** Finds out which rules look at a page frame, and how far that stays so. */
    private void enterWindow(long pfn) {
        if (++window == 0) {
            Arrays.fill(entryWindow, 0);
            window = 1;
        }
        windowEnd = PfnRanges.END_PFN;
        for (int rule = 0; rule < rules.length; rule++) {
            PfnRanges pfns = rules[rule].pfns();
            ruleInWindow[rule] = pfns == PfnRanges.EVERYWHERE || pfns.contains(pfn);
            if (pfns != PfnRanges.EVERYWHERE) {
                windowEnd = Math.min(windowEnd, pfns.nextBorder(pfn));
            }
        }
    }

    /** Decides {@code length} pages of one descriptor, the last of which no open run reaches. */
    private void walk(VerdictRuns verdict, long firstPfn, int length, int entry) {
        long pfn = firstPfn;
        long end = firstPfn + length;
        while (pfn < end) {
            if (pfn < openRun.endPfn()) {
                int covered = (int) (Math.min(end, openRun.endPfn()) - pfn);
                emit(verdict, insideRun(entry), covered);
                pfn += covered;
                continue;
            }
            int order = entryOrder[entry];
            if (order <= 0) {
                int rest = (int) (end - pfn);
                emit(verdict, entryReason[entry], rest);
                if (order == INVALID) {
                    invalidOrders += rest;
                    noteAnomaly(pfn);
                } else if (order == UNDECIDED) {
                    undecided += rest;
                    noteAnomaly(pfn);
                }
                return;
            }
            if ((pfn & (1L << order) - 1) == 0) {
                openRun = new OpenRun(reach(pfn, order), entryReason[entry]);
                lastRun = openRun;
                lastRunPfn = pfn;
                lastRunRule = entryRule[entry];
            } else {
                boolean strict = entryStrict[entry];
                emit(verdict, strict ? RuleSet.KEPT : entryReason[entry], 1);
                if (strict) {
                    misaligned++;
                    noteAnomaly(pfn);
                }
                pfn++;
            }
        }
    }

    private void noteAnomaly(long pfn) {
        if (firstAnomaly < 0) {
            firstAnomaly = pfn;
        }
    }

    /** Where a block of an order ends; a page frame is below 2^52, so 2^52 pages is as far as anything reaches. */
    private long reach(long pfn, int order) {
        return Math.min(endPfn, pfn + (1L << Math.min(order, 52)));
    }

    /** Reason of a page inside an open run: a page that is not there stays what it is. */
    private int insideRun(int entry) {
        int reason = entryReason[entry];
        return reason == RuleSet.HOLE || reason == RuleSet.NO_DATA ? reason : openRun.reason();
    }

    private void emit(VerdictRuns verdict, int reason, int length) {
        verdict.append(reason, length);
        pagesByReason[reason] += length;
    }

    private void decideEntry(ChunkDescriptors chunk, int entry) {
        int shape = chunk.shape(entry);
        entryWindow[entry] = window;
        entryReason[entry] = RuleSet.KEPT;
        entryOrder[entry] = PAGE_ONLY;
        entryRule[entry] = NO_RULE;
        entryStrict[entry] = false;
        entryUnknownType[entry] = false;
        if ((shape & (Descriptor.HOLE | Descriptor.NO_DATA | Descriptor.NO_STRUCT_PAGE)) != 0) {
            if ((shape & Descriptor.HOLE) != 0) {
                entryReason[entry] = RuleSet.HOLE;
            } else if ((shape & Descriptor.NO_DATA) != 0) {
                entryReason[entry] = RuleSet.NO_DATA;
            }
            return;
        }
        int flags = chunk.flags(entry);
        int mapcount = chunk.mapcount(entry);
        entryUnknownType[entry] = PageTypes.isUnknown(facts, mapcount);
        try {
            for (int rule = 0; rule < rules.length; rule++) {
                entryRule[entry] = rule;
                if (ruleInWindow[rule] && conditions[rule].holds(flags, mapcount, shape)) {
                    apply(rule, entry, shape);
                    return;
                }
            }
            entryRule[entry] = NO_RULE;
        } catch (UndecidedException e) {
            entryOrder[entry] = UNDECIDED;
        }
    }

    private void apply(int rule, int entry, int shape) {
        int reason = reasonOfRule[rule];
        switch (rules[rule].reach()) {
            case PAGE -> {}
            case COMPOUND -> {
                int order = shape & Descriptor.COMPOUND_ORDER_MASK;
                entryOrder[entry] = order < Long.SIZE ? order : PAGE_ONLY;
            }
            case BUDDY -> {
                int order = shape >>> Descriptor.BUDDY_ORDER_SHIFT & 0xff;
                if (order > facts.maxPageOrder()) {
                    reason = RuleSet.KEPT;
                    entryOrder[entry] = INVALID;
                } else {
                    entryOrder[entry] = order;
                    entryStrict[entry] = true;
                }
            }
            case MAX_ORDER_BLOCK -> {
                entryOrder[entry] = facts.maxPageOrder();
                entryStrict[entry] = true;
            }
        }
        entryReason[entry] = reason;
    }
}
