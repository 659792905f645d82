// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.List;
import org.vmcorestream.rules.PfnRanges;

/**
 * A rule as it is compared with another: equal where the formatting alone differs.
 *
 * @param action keep or exclude
 * @param reason its name
 * @param condition in normal form
 * @param reach as it is written
 * @param pfns page frames it looks at
 */
record ComparedRule(String action, String reason, String condition, String reach, List<PfnRanges.Range> pfns) {
    /** What it is called. */
    String label() {
        return action + " " + reason;
    }

    /** All of it. */
    String line() {
        return label() + " when " + condition + (reach.equals("page") ? "" : ", reach " + reach)
                + (isEverywhere() ? "" : ", pfns " + pfnLine());
    }

    private boolean isEverywhere() {
        return pfns.equals(PfnRanges.EVERYWHERE.ranges());
    }

    /** The page frames in few words. */
    String pfnLine() {
        if (isEverywhere()) {
            return "all";
        }
        long pages = pfns.stream()
                .mapToLong(range -> range.endPfn() - range.firstPfn())
                .sum();
        return pages + " in " + pfns.size() + (pfns.size() == 1 ? " range" : " ranges") + ", from "
                + pfns.get(0).firstPfn() + " to " + (pfns.get(pfns.size() - 1).endPfn() - 1);
    }
}
