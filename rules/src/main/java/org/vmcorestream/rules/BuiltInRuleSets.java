// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The rule sets that need no file: {@code level-0} to {@code level-31}, with exactly the verdicts of makedumpfile's dump
 * levels (as of its commit b7587f1, function {@code __exclude_unnecessary_pages}), and {@code capture}, what a producer
 * puts on the data plane when nothing else is asked for.
 *
 * <p>A dump level is the sum of 1 (zero pages), 2 (cache that is not private), 4 (cache, private or not), 8 (user
 * pages) and 16 (free pages). Pages that are poisoned or offline go at every level; but at levels 0 and 1 makedumpfile looks at no page of a
 * kernel that does not export PG_hwpoison (CONFIG_MEMORY_FAILURE), so that offline ones stay.
 */
public final class BuiltInRuleSets {
    /** Highest dump level. */
    public static final int MAX_LEVEL = 31;

    /** Level bit: count kept pages of zeros. */
    public static final int ZERO = 1;

    /** Level bit: cache pages that are not private. */
    public static final int CACHE = 2;

    /** Level bit: cache pages, private or not. */
    public static final int CACHE_PRIVATE = 4;

    /** Level bit: anonymous and hugetlb pages. */
    public static final int USER = 8;

    /** Level bit: free and unaccepted pages. */
    public static final int FREE = 16;

    /** Reason of free blocks of the buddy system. */
    public static final String REASON_FREE = "free";

    /** Reason of memory that a confidential VM has not accepted yet. */
    public static final String REASON_UNACCEPTED = "unaccepted";

    /** Reason of page cache that is not private. */
    public static final String REASON_CACHE = "cache";

    /** Reason of page cache with PG_private set. */
    public static final String REASON_CACHE_PRIVATE = "cache-private";

    /** Reason of anonymous and hugetlb pages. */
    public static final String REASON_USER = "user";

    /** Reason of pages with PG_hwpoison set. */
    public static final String REASON_HWPOISON = "hwpoison";

    /** Reason of logically offline pages. */
    public static final String REASON_OFFLINE = "offline";

    /** Name of the rule set of a producer that was not told what to capture. */
    public static final String CAPTURE = "capture";

    private static final Set<String> KERNEL_ONLY = Set.of("level-30", "level-30-e", "level-31", "level-31-e");
    private static final String LEVEL_PREFIX = "level-";
    private static final String VMEMMAP_SUFFIX = "-e";

    private BuiltInRuleSets() {}

    /**
     * The built-in rule set of a name: {@code level-0} to {@code level-31}, a bare number 0 to 31 for the same, either with
     * {@code -e} behind it for one that drops unused vmemmap too, or {@code capture}. Empty when there is none of that
     * name.
     */
    public static Optional<RuleSet> named(String name) {
        if (name.equals(CAPTURE)) {
            return Optional.of(capture());
        }
        boolean dropsVmemmap = name.endsWith(VMEMMAP_SUFFIX);
        String level = dropsVmemmap ? name.substring(0, name.length() - VMEMMAP_SUFFIX.length()) : name;
        String digits = level.startsWith(LEVEL_PREFIX) ? level.substring(LEVEL_PREFIX.length()) : level;
        if (!digits.matches("0|[1-9][0-9]?") || Integer.parseInt(digits) > MAX_LEVEL) {
            return Optional.empty();
        }
        RuleSet found = level(Integer.parseInt(digits));
        return Optional.of(dropsVmemmap ? withoutUnusedVmemmap(found) : found);
    }

    /** A rule set that drops unused vmemmap too, as makedumpfile's option -e does; its name ends with {@code -e}. */
    public static RuleSet withoutUnusedVmemmap(RuleSet ruleSet) {
        return new RuleSet(
                ruleSet.name() + VMEMMAP_SUFFIX, ruleSet.countsZero(), true, ruleSet.supplies(), ruleSet.rules());
    }

    /** Whether a rule set of this name is built in and keeps nothing but the kernel's own pages: levels 30 and 31, which differ in what they count. */
    public static boolean keepsKernelOnly(String name) {
        return KERNEL_ONLY.contains(name);
    }

    /** What is worth keeping for any later rule set: all but free, unaccepted, offline and poisoned pages. */
    public static RuleSet capture() {
        return new RuleSet(CAPTURE, true, level(FREE).rules());
    }

    /**
     * The rule set of a dump level.
     *
     * @throws IllegalArgumentException when {@code level} is not 0 to {@value #MAX_LEVEL}
     */
    public static RuleSet level(int level) {
        if (level < 0 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("dump level " + level + ", expected 0 to " + MAX_LEVEL);
        }
        List<Rule> rules = new ArrayList<>();
        rules.add(new Rule(Rule.Action.KEEP, "tail", context -> shape(Descriptor.TAIL), Reach.PAGE));
        if ((level & FREE) != 0) {
            rules.add(exclude(REASON_FREE, context -> buddy(context.kernel()), Reach.BUDDY));
            rules.add(exclude(
                    REASON_UNACCEPTED, context -> type(context.kernel().unacceptedType()), Reach.MAX_ORDER_BLOCK));
        }
        if ((level & (CACHE | CACHE_PRIVATE)) != 0) {
            rules.add(exclude(REASON_CACHE, context -> fileCache(context.kernel(), false), Reach.COMPOUND));
        }
        if ((level & CACHE_PRIVATE) != 0) {
            rules.add(exclude(REASON_CACHE_PRIVATE, context -> fileCache(context.kernel(), true), Reach.COMPOUND));
        }
        if ((level & USER) != 0) {
            rules.add(exclude(REASON_USER, context -> user(context.kernel()), Reach.COMPOUND));
        }
        rules.add(exclude(REASON_HWPOISON, context -> flag(context.kernel().hwpoison()), Reach.COMPOUND));
        boolean looksAtAnyKernel = (level & ~ZERO) != 0;
        rules.add(exclude(REASON_OFFLINE, context -> offline(context.kernel(), looksAtAnyKernel), Reach.COMPOUND));
        return new RuleSet(LEVEL_PREFIX + level, (level & ZERO) != 0, rules);
    }

    private static Rule exclude(String reason, Condition.OfDump condition, Reach reach) {
        return new Rule(Rule.Action.EXCLUDE, reason, condition, reach);
    }

    private static Condition buddy(PageFacts facts) {
        return butNot(type(facts.buddyType()), slab(facts));
    }

    private static Condition offline(PageFacts facts, boolean looksAtAnyKernel) {
        if (!looksAtAnyKernel && facts.hwpoison().isEmpty()) {
            return new Seeing(Sight.NOTHING, (f, m, s) -> false);
        }
        return butNot(type(facts.offlineType()), slab(facts));
    }

    private static Condition user(PageFacts facts) {
        Condition hugetlb = shape(Descriptor.HUGETLB);
        Condition anon = anon(facts);
        return new Seeing(
                hugetlb.sight().and(anon.sight()), (f, m, s) -> hugetlb.holds(f, m, s) || anon.holds(f, m, s));
    }

    /** Page cache that is not anonymous: on an LRU list, or in the swap cache (which needs PG_swapbacked to mean that). */
    private static Condition fileCache(PageFacts facts, boolean isPrivate) {
        int lru = mask(facts.lru());
        int swap = mask(facts.swapcache()) | mask(facts.swapbacked());
        boolean hasSwapCache = facts.swapcache().isPresent();
        int privateMask = mask(facts.privateBit());
        Condition cache = new Seeing(Sight.ofFlags(lru | swap | privateMask), (f, m, s) -> {
            boolean listed = (f & lru) != 0 || hasSwapCache && (f & swap) == swap;
            return listed && (f & privateMask) != 0 == isPrivate;
        });
        return butNot(cache, anon(facts));
    }

    private static Condition anon(PageFacts facts) {
        return butNot(shape(Descriptor.ANON), slab(facts));
    }

    private static Condition butNot(Condition one, Condition other) {
        return new Seeing(one.sight().and(other.sight()), (f, m, s) -> one.holds(f, m, s) && !other.holds(f, m, s));
    }

    /** Slab by its page type where the kernel exports one (Linux 6.10), else by PG_slab. */
    private static Condition slab(PageFacts facts) {
        return facts.slabType().isPresent() ? type(facts.slabType()) : flag(facts.slab());
    }

    /** The whole word has to be equal: matching single bits of a page type broke with Linux 6.12. */
    private static Condition type(OptionalInt type) {
        if (type.isEmpty()) {
            return new Seeing(Sight.NOTHING, (f, m, s) -> false);
        }
        int value = type.getAsInt();
        return new Seeing(Sight.ofMapcount(value), (f, m, s) -> m == value);
    }

    private static Condition flag(OptionalInt bit) {
        int mask = mask(bit);
        return new Seeing(Sight.ofFlags(mask), (f, m, s) -> (f & mask) != 0);
    }

    private static Condition shape(int bit) {
        return new Seeing(Sight.ofShape(bit), (f, m, s) -> (s & bit) != 0);
    }

    private static int mask(OptionalInt bit) {
        return bit.isPresent() ? 1 << bit.getAsInt() : 0;
    }
}
