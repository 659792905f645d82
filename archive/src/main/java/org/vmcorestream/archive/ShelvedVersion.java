// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * One version of a rule set as topic rule-sets has it.
 *
 * @param record null when it cannot be read, or was deleted
 * @param problem why it cannot be read; empty otherwise
 */
record ShelvedVersion(PublishedRuleSet record, String problem) {
    /** A version that somebody deleted: its number is never given out again. */
    static final ShelvedVersion DELETED = new ShelvedVersion(null, "");

    static ShelvedVersion of(PublishedRuleSet record) {
        return new ShelvedVersion(record, "");
    }

    static ShelvedVersion unreadable(String problem) {
        return new ShelvedVersion(null, problem);
    }

    boolean isDeleted() {
        return record == null && problem.isEmpty();
    }
}
