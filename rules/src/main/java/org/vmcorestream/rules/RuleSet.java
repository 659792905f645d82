// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * Ordered rules under one name. The first rule whose condition holds decides a page; a page that no rule speaks of is
 * kept.
 *
 * @param name how it is asked for, {@code [a-z0-9-]{1,64}}
 * @param countsZero whether pages of zeros that are kept are counted as zero pages (bit 0 of a dump level). They stay in
 *     the file either way, all of them pointing at one page of zeros
 * @param rules in the order in which they are asked
 */
public record RuleSet(String name, boolean countsZero, List<Rule> rules) {
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
        if (!name.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("rule set name '" + name + "', expected 1 to 64 of a-z, 0-9 and -");
        }
        rules = List.copyOf(rules);
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.EXCLUDE && COMMON_REASONS.contains(rule.reason())) {
                throw new IllegalArgumentException("rule '" + rule.reason() + "' has the name of a common reason");
            }
        }
        if (reasons(rules).size() > MAX_REASONS) {
            throw new IllegalArgumentException("rule set " + name + " has more than " + MAX_REASONS + " reasons");
        }
    }

    /** Names of the reasons, by code: the common ones, then those of its excluding rules in the order of the rules. */
    public List<String> reasons() {
        return reasons(rules);
    }

    private static List<String> reasons(List<Rule> rules) {
        List<String> names = new ArrayList<>(COMMON_REASONS);
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.EXCLUDE && !names.contains(rule.reason())) {
                names.add(rule.reason());
            }
        }
        return List.copyOf(names);
    }
}
