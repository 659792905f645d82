// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.RuleSet;

/**
 * What rule sets do with a dump, added up stripe by stripe; stripes can be added by several threads, in any order.
 */
final class DumpTally {
    private final List<RuleSet> ruleSets;
    private final List<Sum> sums = new ArrayList<>();
    private int stripes;

    /** What is known of one rule set. */
    private static final class Sum {
        private final PagesByReason pages = new PagesByReason();
        private final PagesByReason newlyLost = new PagesByReason();
        private final PagesByReason newlyKept = new PagesByReason();
        private final PagesByReason notCaptured = new PagesByReason();
        private Anomalies anomalies = Anomalies.NONE;
        private long expired;
    }

    /** @param ruleSets the base first */
    DumpTally(List<RuleSet> ruleSets) {
        this.ruleSets = List.copyOf(ruleSets);
        ruleSets.forEach(ruleSet -> sums.add(new Sum()));
    }

    List<RuleSet> ruleSets() {
        return ruleSets;
    }

    /** Adds a stripe, one decision for each rule set. */
    synchronized void add(List<Decision> stripe) {
        for (int i = 0; i < sums.size(); i++) {
            Sum sum = sums.get(i);
            Decision more = stripe.get(i);
            sum.pages.add(more.pages());
            sum.newlyLost.add(more.newlyLost());
            sum.newlyKept.add(more.newlyKept());
            sum.notCaptured.add(more.notCaptured());
            sum.anomalies = sum(sum.anomalies, more.anomalies());
            sum.expired += more.expired();
        }
        stripes++;
    }

    private static Anomalies sum(Anomalies a, Anomalies b) {
        long first = a.firstPfn() < 0
                ? b.firstPfn()
                : b.firstPfn() < 0 ? a.firstPfn() : Math.min(a.firstPfn(), b.firstPfn());
        return new Anomalies(
                a.invalidOrders() + b.invalidOrders(),
                a.misaligned() + b.misaligned(),
                a.undecided() + b.undecided(),
                a.unknownTypes() + b.unknownTypes(),
                first);
    }

    /** Stripes added. */
    synchronized int stripes() {
        return stripes;
    }

    /** The sums, one for each rule set in their order. */
    synchronized List<Decision> decisions() {
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            Sum sum = sums.get(i);
            decisions.add(new Decision(
                    ruleSets.get(i).name(),
                    inOrder(ruleSets.get(i), sum.pages),
                    sum.anomalies,
                    sum.newlyLost,
                    sum.newlyKept,
                    sum.notCaptured,
                    sum.expired));
        }
        return decisions;
    }

    /** Reasons in the order of the rule set, whatever stripe had them first. */
    private static PagesByReason inOrder(RuleSet ruleSet, PagesByReason pages) {
        PagesByReason ordered = new PagesByReason();
        ruleSet.reasons().forEach(reason -> ordered.add(reason, pages.of(reason)));
        return ordered;
    }
}
