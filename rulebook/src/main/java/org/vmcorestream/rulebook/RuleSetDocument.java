// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.List;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.PfnRanges;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;

/**
 * A rule set as its file says it: everything but the expressions is checked, those are still text.
 *
 * @param name its name, never with a version
 * @param namePlace where the name stands
 * @param description what it is for; may be empty
 * @param countsZero whether kept pages of zeros are counted
 * @param dropsUnusedVmemmap whether unused vmemmap goes too
 * @param supplies numbers for kernels that do not export them
 * @param definitions named expressions, in order
 * @param clauses the rules, in order
 */
record RuleSetDocument(
        String name,
        Place namePlace,
        String description,
        boolean countsZero,
        boolean dropsUnusedVmemmap,
        List<SupplyClause> supplies,
        List<Definition> definitions,
        List<Clause> clauses) {
    /**
     * A number for kernels that do not export it.
     *
     * @param number which one
     * @param value its value
     * @param when to which dumps it applies; null for all
     */
    record SupplyClause(KernelNumber number, int value, YamlScalar when) {}

    /**
     * A named expression.
     *
     * @param name its name
     * @param place where the name stands
     * @param expression its text
     */
    record Definition(String name, Place place, YamlScalar expression) {}

    /**
     * A rule.
     *
     * @param place where it begins
     * @param action what it does
     * @param reason its name
     * @param when its condition
     * @param reach how far it reaches
     * @param pfns page frames it looks at
     */
    record Clause(Place place, Rule.Action action, String reason, YamlScalar when, Reach reach, PfnRanges pfns) {}
}
