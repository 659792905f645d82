// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/**
 * What a replay of one dump would come to.
 *
 * @param dump the dump, without the notes of its vmcore where it was found by a scan
 * @param problem why it cannot be decided, in one line; empty when it can: then all of its metadata is there
 * @param decision what the rule set does with it: pages kept and excluded, never captured, and kept ones whose contents have
 *     expired; null when it cannot be decided
 * @param expiredBatches batches of page contents that have expired, in stripes of which some are left
 * @param expiredStripes stripes whose contents have expired altogether
 * @param unsentStripes stripes whose contents were never sent whole, for the capture failed or is not at its end: what is missing
 *     there is not known
 */
public record ForecastRow(
        StoredDump dump,
        String problem,
        Decision decision,
        long expiredBatches,
        int expiredStripes,
        int unsentStripes) {
    /** Whether it can be decided. */
    public boolean decided() {
        return problem.isEmpty();
    }

    /** Whether a file of it would hold every page that the rule set keeps. */
    public boolean complete() {
        return decided() && unsentStripes == 0 && decision.available() == decision.kept();
    }
}
