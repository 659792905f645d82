// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.RuleSet;

/**
 * What a rule set does with a dump, and how that differs from another one's doing.
 *
 * @param ruleSet its name
 * @param pages pages by reason: kept, hole, no-data, and its own
 * @param anomalies pages that something is odd about, in all stripes
 * @param newlyLost pages that the base rule set keeps and this one excludes, by this one's reason
 * @param newlyKept pages that the base rule set excludes and this one keeps, by the base's reason
 * @param notCaptured pages that this rule set keeps and the capture rule set excludes, by the capture rule set's reason: they
 *     are not on the data plane
 * @param expired pages that this rule set keeps and that were captured, but lie before the first page frame whose contents
 *     Kafka still holds; 0 where that was not asked for
 */
public record Decision(
        String ruleSet,
        PagesByReason pages,
        Anomalies anomalies,
        PagesByReason newlyLost,
        PagesByReason newlyKept,
        PagesByReason notCaptured,
        long expired) {
    /** Pages that stay. */
    public long kept() {
        return pages.of(RuleSet.COMMON_REASONS.get(RuleSet.KEPT));
    }

    /** Pages that leave the dump: all with memory and data that are not kept. */
    public long excluded() {
        long all = pages.total();
        for (String common : RuleSet.COMMON_REASONS) {
            all -= pages.of(common);
        }
        return all;
    }

    /** Pages that stay and can be put into a file. */
    public long available() {
        return kept() - notCaptured.total() - expired;
    }
}
