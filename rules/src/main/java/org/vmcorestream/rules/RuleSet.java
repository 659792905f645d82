// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Ordered rules under one name. The first rule whose condition holds decides a page; a page that no rule speaks of is
 * kept.
 *
 * @param name how it is asked for, {@link #NAME}; a published one bears its version, {@code name@3}
 * @param countsZero whether pages of zeros that are kept are counted as zero pages (bit 0 of a dump level). They stay in
 *     the file either way, all of them pointing at one page of zeros
 * @param dropsUnusedVmemmap whether pages of the kernel's memory map that describe only excluded pages leave the dump too,
 *     for reason {@value #VMEMMAP}
 * @param supplies numbers for kernels that do not export them
 * @param rules in the order in which they are asked
 */
public record RuleSet(
        String name, boolean countsZero, boolean dropsUnusedVmemmap, List<Supply> supplies, List<Rule> rules) {
    /** What a name looks like. */
    public static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}(@[1-9][0-9]{0,8})?");

    /** Reason of unused vmemmap. */
    public static final String VMEMMAP = "vmemmap";

    /** Reason code of a page that stays. */
    public static final int KEPT = 0;

    /** Reason code of a page frame without memory. */
    public static final int HOLE = 1;

    /** Reason code of memory that the vmcore holds no bytes of. */
    public static final int NO_DATA = 2;

    /** Names of the reason codes that every rule set has, by code. */
    public static final List<String> COMMON_REASONS = List.of("kept", "hole", "no-data");

    /** Most reasons a rule set can have, the common ones included. */
    public static final int MAX_REASONS = 64;

    /** Checks the name and the number of reasons. */
    public RuleSet {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "rule set name '" + name + "', expected 1 to 64 of a-z, 0-9 and -, with or without @version");
        }
        supplies = List.copyOf(supplies);
        rules = List.copyOf(rules);
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.EXCLUDE && COMMON_REASONS.contains(rule.reason())) {
                throw new IllegalArgumentException("rule '" + rule.reason() + "' has the name of a common reason");
            }
        }
        if (reasons(rules, dropsUnusedVmemmap).size() > MAX_REASONS) {
            throw new IllegalArgumentException("rule set " + name + " has more than " + MAX_REASONS + " reasons");
        }
    }

    /** A rule set that supplies nothing and leaves vmemmap alone. */
    public RuleSet(String name, boolean countsZero, List<Rule> rules) {
        this(name, countsZero, false, List.of(), rules);
    }

    /** The same rules under another name. */
    public RuleSet named(String newName) {
        return new RuleSet(newName, countsZero, dropsUnusedVmemmap, supplies, rules);
    }

    /**
     * Names of the reasons, by code: the common ones, those of its excluding rules in the order of the rules, and {@value
     * #VMEMMAP} last where it drops that.
     */
    public List<String> reasons() {
        return reasons(rules, dropsUnusedVmemmap);
    }

    /** What a dump's rules are bound to: its own facts, and what this rule set supplies where they are silent. */
    public RuleContext context(PageFacts kernel, DumpFacts dump) {
        PageFacts facts = kernel;
        for (Supply supply : supplies) {
            if (facts.number(supply.number()).isEmpty() && supply.applies().test(dump)) {
                facts = facts.supplied(supply.number(), supply.value());
            }
        }
        return new RuleContext(facts, dump);
    }

    private static List<String> reasons(List<Rule> rules, boolean dropsUnusedVmemmap) {
        List<String> names = new ArrayList<>(COMMON_REASONS);
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.EXCLUDE && !names.contains(rule.reason())) {
                names.add(rule.reason());
            }
        }
        if (dropsUnusedVmemmap && !names.contains(VMEMMAP)) {
            names.add(VMEMMAP);
        }
        return List.copyOf(names);
    }
}
