// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Arrays;
import java.util.List;

/**
 * What the rules of a rule set say of the dictionary entries of a chunk. An entry is decided when it is first met, the rules
 * being asked once for each class of descriptors that they can tell apart ({@link PageClasses}), or once for each entry where
 * they see too much for that. Rules that look only at some page frames cut the chunk into windows, in each of which entries are
 * decided anew.
 *
 * <p>A decision is a number:
 *
 * <pre>
 *   31           16  15   14   13   12   11    6 5      0
 *  +---------------+----+----+----+----+--------+--------+
 *  |    window     | UD | IO | UT | ST | order  | reason |
 *  +---------------+----+----+----+----+--------+--------+
 *   order   log2 of the pages of the block that the page is the head of; 0 the page alone
 *   ST      a head that is not aligned to its block is kept and counted
 *   UT      its page type is known to nobody
 *   IO      kept, since its block would be larger than any can be
 *   UD      kept, since a condition has no answer
 * </pre>
 */
final class EntryDecisions {
    /** No rule speaks of a page. */
    static final int NO_RULE = -1;

    static final int REASON_MASK = RuleSet.MAX_REASONS - 1;
    static final int ORDER_SHIFT = 6;
    static final int ORDER_MASK = 0x3f << ORDER_SHIFT;
    static final int STRICT = 1 << 12;
    static final int UNKNOWN_TYPE = 1 << 13;
    static final int INVALID_ORDER = 1 << 14;
    static final int UNDECIDED = 1 << 15;

    private static final int WINDOW_SHIFT = 16;
    private static final int ABSENT = Descriptor.HOLE | Descriptor.NO_DATA | Descriptor.NO_STRUCT_PAGE;

    /**
     * What the rules say is a code: 0 nothing, then each rule that it holds, then each rule that it has no answer. This is the
     * first of the rules.
     */
    private static final int FIRST_RULE = 1;

    private static final int NOTHING_SAID = 0;

    /** No page type is less than this one below 0. */
    private static final int TYPES_END = -0x80;

    private final PageFacts facts;
    private final Rule[] rules;
    private final Condition[] conditions;

    /** By code: the decision on a page alone, where in the shape the order is, and the largest it may be. */
    private final int[] decisionOf;

    private final int[] orderShift;
    private final int[] orderMask;
    private final int[] orderMost;

    /** Null when the rules see too much. */
    private final PageClasses classes;

    /** By class: code * 4 + 2 when the type is unknown + 1 when that is still to be asked, all of it + 4; 0 not asked yet. */
    private final int[] answers;

    private int[] decisions = new int[256];
    private int[] codes = new int[256];
    private int window;
    private final boolean[] inWindow;
    private boolean allInWindow;

    EntryDecisions(RuleSet ruleSet, RuleContext context) {
        facts = context.kernel();
        rules = ruleSet.rules().toArray(Rule[]::new);
        conditions = new Condition[rules.length];
        inWindow = new boolean[rules.length];
        decisionOf = new int[FIRST_RULE + 2 * rules.length];
        orderShift = new int[decisionOf.length];
        orderMask = new int[decisionOf.length];
        orderMost = new int[decisionOf.length];
        decisionOf[NOTHING_SAID] = RuleSet.KEPT;
        List<String> reasons = ruleSet.reasons();
        Sight sight = typesOf(facts);
        for (int i = 0; i < rules.length; i++) {
            conditions[i] = rules[i].condition().bind(context);
            sight = sight.and(conditions[i].sight());
            prepare(FIRST_RULE + i, rules[i], reasons);
            decisionOf[FIRST_RULE + rules.length + i] = RuleSet.KEPT | UNDECIDED;
        }
        classes = PageClasses.of(sight).orElse(null);
        answers = classes == null ? new int[0] : new int[classes.count()];
    }

    /** The exported page types matter too: of these it is clear that they are known. */
    private static Sight typesOf(PageFacts facts) {
        Sight sight = Sight.NOTHING;
        for (KernelNumber number : KernelNumber.values()) {
            if (!number.isBit() && facts.number(number).isPresent()) {
                sight = sight.and(Sight.ofMapcount(facts.number(number).getAsInt()));
            }
        }
        return sight;
    }

    private void prepare(int code, Rule rule, List<String> reasons) {
        decisionOf[code] = rule.action() == Rule.Action.KEEP ? RuleSet.KEPT : reasons.indexOf(rule.reason());
        switch (rule.reach()) {
            case PAGE -> {}
            case COMPOUND -> {
                orderMask[code] = Descriptor.COMPOUND_ORDER_MASK;
                orderMost[code] = Long.SIZE - 1;
            }
            case BUDDY -> {
                orderShift[code] = Descriptor.BUDDY_ORDER_SHIFT;
                orderMask[code] = 0xff;
                orderMost[code] = facts.maxPageOrder();
                decisionOf[code] |= STRICT;
            }
            case MAX_ORDER_BLOCK -> decisionOf[code] |= facts.maxPageOrder() << ORDER_SHIFT | STRICT;
        }
    }

    /** Gets ready for a chunk; {@link #enterWindow} comes next. */
    void begin(int entries) {
        if (entries > decisions.length) {
            decisions = new int[Math.max(entries, Math.min(2 * decisions.length, Chunk.PAGES))];
            codes = new int[decisions.length];
        }
    }

    /** Finds out which rules look at a page frame; returns the page frame up to which that stays so. */
    long enterWindow(long pfn) {
        if (++window == 1 << Integer.SIZE - WINDOW_SHIFT) {
            Arrays.fill(decisions, 0);
            window = 1;
        }
        long end = PfnRanges.END_PFN;
        boolean all = true;
        for (int rule = 0; rule < rules.length; rule++) {
            PfnRanges pfns = rules[rule].pfns();
            inWindow[rule] = pfns == PfnRanges.EVERYWHERE || pfns.contains(pfn);
            all &= inWindow[rule];
            if (pfns != PfnRanges.EVERYWHERE) {
                end = Math.min(end, pfns.nextBorder(pfn));
            }
        }
        if (!all || !allInWindow) {
            Arrays.fill(answers, 0);
        }
        allInWindow = all;
        return end;
    }

    /** Decision on an entry of the chunk, in the window entered last. */
    int of(ChunkDescriptors chunk, int entry) {
        int decision = decisions[entry];
        return decision >>> WINDOW_SHIFT == window ? decision : decide(chunk, entry);
    }

    /** The rule that decided an entry of this window, or had no answer; {@link #NO_RULE} when none did. */
    int ruleOf(int entry) {
        return codes[entry] == NOTHING_SAID ? NO_RULE : (codes[entry] - FIRST_RULE) % rules.length;
    }

    private int decide(ChunkDescriptors chunk, int entry) {
        int flags = chunk.flags(entry);
        int mapcount = chunk.mapcount(entry);
        int shape = chunk.shape(entry);
        int stamp = window << WINDOW_SHIFT;
        if ((shape & ABSENT) != 0) {
            codes[entry] = NOTHING_SAID;
            return decisions[entry] = stamp | absent(shape);
        }
        int answer;
        if (classes == null) {
            answer = ask(flags, mapcount, shape);
        } else {
            int number = classes.of(flags, mapcount, shape);
            answer = answers[number];
            if (answer == 0) {
                answer = ask(flags, mapcount, shape);
                answers[number] = answer;
            }
        }
        int code = (answer >>> 2) - 1;
        codes[entry] = code;
        int decision = stamp | decisionOf[code];
        int order = shape >>> orderShift[code] & orderMask[code];
        if (order > orderMost[code]) {
            decision = tooLarge(code, decision);
        } else {
            decision |= order << ORDER_SHIFT;
        }
        boolean typeToAsk = (answer & mapcount - TYPES_END >>> 31) != 0;
        if ((answer & 2) != 0 || typeToAsk && PageTypes.isUnknown(facts, mapcount)) {
            decision |= UNKNOWN_TYPE;
        }
        return decisions[entry] = decision;
    }

    private static int absent(int shape) {
        if ((shape & Descriptor.HOLE) != 0) {
            return RuleSet.HOLE;
        }
        return (shape & Descriptor.NO_DATA) != 0 ? RuleSet.NO_DATA : RuleSet.KEPT;
    }

    /** A compound page that cannot be is taken for a single page; a free block that cannot be is kept. */
    private int tooLarge(int code, int decision) {
        return rules[code - FIRST_RULE].reach() == Reach.COMPOUND
                ? decision
                : decision & -1 << WINDOW_SHIFT | RuleSet.KEPT | INVALID_ORDER;
    }

    /** Asks the rules in their order. */
    private int ask(int flags, int mapcount, int shape) {
        boolean known = classes != null && classes.hasValue(mapcount);
        int type = !known ? 1 : PageTypes.isUnknown(facts, mapcount) ? 2 : 0;
        return codeOf(flags, mapcount, shape) + 1 << 2 | type;
    }

    private int codeOf(int flags, int mapcount, int shape) {
        int rule = 0;
        try {
            for (; rule < rules.length; rule++) {
                if (inWindow[rule] && conditions[rule].holds(flags, mapcount, shape)) {
                    return FIRST_RULE + rule;
                }
            }
            return NOTHING_SAID;
        } catch (UndecidedException e) {
            return FIRST_RULE + rules.length + rule;
        }
    }
}
