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
 *   31       16  15   14   13   12   11    6 5      0
 *  +-----------+----+----+----+----+--------+--------+
 *  |  window   | UD | IO | UT | ST | order  | reason |
 *  +-----------+----+----+----+----+--------+--------+
 *   order   log2 of the pages of the block that the page is the head of; 0 the page alone
 *   ST      a head that is not aligned to its block is kept and counted
 *   UT      its page type is known to nobody
 *   IO      kept, since its block would be larger than any can be
 *   UD      kept, since a condition has no answer
 *   window  windows are numbered, so that what was decided in another one is not taken for an answer
 * </pre>
 *
 * What the rules answer about a class is the same but for what depends on the single descriptor: its order is still to be looked
 * up, and whether its type is known.
 *
 * <pre>
 *   63  56 55   32  31   30   29   28    24 23    16 15      0
 *  +------+-------+----+----+----+---------+--------+---------+
 *  | most | code  |    | 1  | AT |  shift  |  mask  | as above|
 *  +------+-------+----+----+----+---------+--------+---------+
 *   code          0 no rule speaks of it, n rule n - 1 does, rules + n rule n - 1 has no answer
 *   mask, shift   where the order is in the shape
 *   most          largest order there can be
 *   AT            the type is still to be asked about
 * </pre>
 */
final class EntryDecisions {
    /** Entries whose classes are looked up at once. */
    private static final int BLOCK = 256;

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
    private static final int CODE_SHIFT = 32;
    private static final int CODE_MASK = 0xff_ffff;
    private static final int MASK_SHIFT = 16;
    private static final int SHIFT_SHIFT = 24;
    private static final long ASK_TYPE = 1L << 29;
    private static final long ANSWERED = 1L << 30;
    private static final int MOST_SHIFT = 56;
    /** All of a decision but the number of the window. */
    static final int DECISION_MASK = 0xffff;

    private static final int SHORT_SHIFT_SHIFT = 16;
    private static final int SHORT_ASK_TYPE = 21;
    private static final int SHORT_MASK_SHIFT = 22;

    private static final int ABSENT = Descriptor.HOLE | Descriptor.NO_DATA | Descriptor.NO_STRUCT_PAGE;

    /** No page type is less than this far below 0. */
    private static final int TYPES_END = -0x80;

    private final PageFacts facts;
    private final Rule[] rules;
    private final Condition[] conditions;

    /** By code: what is answered of a class. */
    private final long[] answerOfCode;

    /** Null when the rules see too much. */
    private final PageClasses classes;

    /** By class, 0 where nobody has asked yet. */
    private final long[] answers;

    /**
     * The same without code and largest order: shift from bit 16 on, AT in bit 21, mask from bit 22 on; below 0 where nobody has
     * asked yet.
     */
    private final int[] shortAnswers;

    private final int[] blockClasses = new int[BLOCK];

    /** By entry; what is not of this window is of no use. */
    private int[] decisions = new int[256];

    private int window;
    private final boolean[] inWindow;
    private boolean allInWindow;

    EntryDecisions(RuleSet ruleSet, RuleContext context) {
        facts = context.kernel();
        rules = ruleSet.rules().toArray(Rule[]::new);
        conditions = new Condition[rules.length];
        inWindow = new boolean[rules.length];
        answerOfCode = new long[1 + 2 * rules.length];
        answerOfCode[0] = ANSWERED | RuleSet.KEPT;
        List<String> reasons = ruleSet.reasons();
        Sight sight = typesOf(facts);
        for (int i = 0; i < rules.length; i++) {
            conditions[i] = rules[i].condition().bind(context);
            sight = sight.and(conditions[i].sight());
            int holds = 1 + i;
            int unanswered = 1 + rules.length + i;
            answerOfCode[holds] = ANSWERED | (long) holds << CODE_SHIFT | answerOf(rules[i], reasons);
            answerOfCode[unanswered] = ANSWERED | (long) unanswered << CODE_SHIFT | UNDECIDED | RuleSet.KEPT;
        }
        classes = PageClasses.of(sight).orElse(null);
        answers = new long[classes == null ? 0 : classes.count()];
        shortAnswers = new int[Math.max(1, Integer.highestOneBit(answers.length * 2 - 1))];
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

    private long answerOf(Rule rule, List<String> reasons) {
        long reason = rule.action() == Rule.Action.KEEP ? RuleSet.KEPT : reasons.indexOf(rule.reason());
        return switch (rule.reach()) {
            case PAGE -> reason;
            case COMPOUND ->
                reason | (long) Descriptor.COMPOUND_ORDER_MASK << MASK_SHIFT | Long.SIZE - 1L << MOST_SHIFT;
            case BUDDY ->
                reason
                        | STRICT
                        | 0xffL << MASK_SHIFT
                        | (long) Descriptor.BUDDY_ORDER_SHIFT << SHIFT_SHIFT
                        | (long) facts.maxPageOrder() << MOST_SHIFT;
            case MAX_ORDER_BLOCK -> reason | STRICT | (long) facts.maxPageOrder() << ORDER_SHIFT;
        };
    }

    /** Gets ready for a chunk; {@link #enterWindow} comes next. */
    void begin(int entries) {
        if (entries > decisions.length) {
            decisions = new int[Math.max(entries, Math.min(2 * decisions.length, Chunk.PAGES))];
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
            Arrays.fill(shortAnswers, Integer.MIN_VALUE);
        }
        allInWindow = all;
        return end;
    }

    /**
     * Decisions on all entries of a chunk, in the window entered last.
     *
     * @return by entry; {@link #DECISION_MASK} has what is not the number of the window
     */
    int[] of(ChunkDescriptors chunk) {
        int entries = chunk.entries();
        for (int entry = 0; entry < entries; entry += BLOCK) {
            decideBlock(chunk, entry, Math.min(BLOCK, entries - entry));
        }
        return decisions;
    }

    private void decideBlock(ChunkDescriptors chunk, int firstEntry, int entries) {
        if (classes == null) {
            for (int i = 0; i < entries; i++) {
                decisions[firstEntry + i] = decide(chunk, firstEntry + i);
            }
            return;
        }
        int[] words = chunk.words();
        int[] numbers = blockClasses;
        int[] known = shortAnswers;
        int[] into = decisions;
        int most = facts.maxPageOrder();
        int stamp = window << WINDOW_SHIFT;
        classes.of(words, firstEntry, entries, numbers);
        for (int i = 0; i < entries; i++) {
            int mapcount = words[3 * (firstEntry + i) + 1];
            int shape = words[3 * (firstEntry + i) + 2];
            int answer = known[numbers[i] & known.length - 1];
            int order = shape >>> (answer >>> SHORT_SHIFT_SHIFT) & answer >>> SHORT_MASK_SHIFT & 0xff;
            // Below 0 where there is more to it: no answer yet, a large order, a type to ask about, no page.
            int more = answer
                    | most - order
                    | answer << Integer.SIZE - 1 - SHORT_ASK_TYPE & mapcount - TYPES_END
                    | -(shape & ABSENT);
            into[firstEntry + i] =
                    more < 0 ? decide(chunk, firstEntry + i) : stamp | answer & DECISION_MASK | order << ORDER_SHIFT;
        }
    }

    /** Decision on an entry of the chunk, in the window entered last. */
    int of(ChunkDescriptors chunk, int entry) {
        int decision = decisions[entry];
        if (decision >>> WINDOW_SHIFT != window) {
            decision = decide(chunk, entry);
            decisions[entry] = decision;
        }
        return decision & DECISION_MASK;
    }

    /** The rule that decides an entry in the window entered last, or has no answer; {@link #NO_RULE} when none does. */
    int ruleOf(ChunkDescriptors chunk, int entry) {
        if ((chunk.shape(entry) & ABSENT) != 0) {
            return NO_RULE;
        }
        long answer = answer(chunk.flags(entry), chunk.mapcount(entry), chunk.shape(entry));
        int code = (int) (answer >>> CODE_SHIFT) & CODE_MASK;
        return code == 0 ? NO_RULE : (code - 1) % rules.length;
    }

    private int decide(ChunkDescriptors chunk, int entry) {
        int shape = chunk.shape(entry);
        int stamp = window << WINDOW_SHIFT;
        if ((shape & ABSENT) != 0) {
            return stamp | absent(shape);
        }
        int mapcount = chunk.mapcount(entry);
        long answer = answer(chunk.flags(entry), mapcount, shape);
        int decision = stamp | (int) answer & DECISION_MASK;
        int order = shape >>> ((int) answer >>> SHIFT_SHIFT) & (int) answer >>> MASK_SHIFT & 0xff;
        if (order > answer >>> MOST_SHIFT) {
            decision = tooLarge(answer, decision);
        } else {
            decision |= order << ORDER_SHIFT;
        }
        boolean ask = (answer & ASK_TYPE) != 0 && mapcount < TYPES_END;
        return ask && PageTypes.isUnknown(facts, mapcount) ? decision | UNKNOWN_TYPE : decision;
    }

    private static int absent(int shape) {
        if ((shape & Descriptor.HOLE) != 0) {
            return RuleSet.HOLE;
        }
        return (shape & Descriptor.NO_DATA) != 0 ? RuleSet.NO_DATA : RuleSet.KEPT;
    }

    /** A compound page that cannot be is taken for a single page; a free block that cannot be is kept. */
    private int tooLarge(long answer, int decision) {
        return (answer & STRICT) == 0
                ? decision
                : decision & (-1 << WINDOW_SHIFT | UNKNOWN_TYPE) | RuleSet.KEPT | INVALID_ORDER;
    }

    private long answer(int flags, int mapcount, int shape) {
        if (classes == null) {
            return ask(flags, mapcount, shape) | ASK_TYPE;
        }
        int number = classes.of(flags, mapcount, shape);
        long answer = answers[number];
        if (answer == 0) {
            answer = ask(flags, mapcount, shape);
            if (!classes.hasValue(mapcount)) {
                answer |= ASK_TYPE;
            } else if (PageTypes.isUnknown(facts, mapcount)) {
                answer |= UNKNOWN_TYPE;
            }
            answers[number] = answer;
            shortAnswers[number] = shortened(answer);
        }
        return answer;
    }

    /** What a loop over many entries needs of an answer, see {@link #shortAnswers}. */
    private static int shortened(long answer) {
        return (int) answer & DECISION_MASK
                | ((int) answer >>> SHIFT_SHIFT & 0x1f) << SHORT_SHIFT_SHIFT
                | ((answer & ASK_TYPE) == 0 ? 0 : 1 << SHORT_ASK_TYPE)
                | ((int) answer >>> MASK_SHIFT & 0xff) << SHORT_MASK_SHIFT;
    }

    /** Asks the rules in their order. */
    private long ask(int flags, int mapcount, int shape) {
        int rule = 0;
        try {
            for (; rule < rules.length; rule++) {
                if (inWindow[rule] && conditions[rule].holds(flags, mapcount, shape)) {
                    return answerOfCode[1 + rule];
                }
            }
            return answerOfCode[0];
        } catch (UndecidedException e) {
            return answerOfCode[1 + rules.length + rule];
        }
    }
}
