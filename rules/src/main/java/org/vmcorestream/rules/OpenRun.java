// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/**
 * Pages that an earlier head already decided: they are not looked at again. A run crosses chunk borders (a 1 GiB hugetlb
 * page is 262,144 pages), so it is the one thing that must be remembered between two chunks of a stripe.
 *
 * @param endPfn page frame behind the last page of the run
 * @param reason reason code of its pages, above {@link RuleSet#NO_DATA}
 */
public record OpenRun(long endPfn, int reason) {
    /** No run is open. */
    public static final OpenRun NONE = new OpenRun(0, RuleSet.KEPT);
}
