// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

/**
 * One dump in a what-if.
 *
 * @param dump the dump, without the notes of its vmcore
 * @param problem why it cannot be decided, in one line; empty when it was
 * @param base what the rule set in force does with it; null when it cannot be decided
 * @param other what the rule set asked about would do with it, and how that differs; null when it cannot be decided
 */
public record WhatIfRow(StoredDump dump, String problem, Decision base, Decision other) {
    /** Whether it was decided. */
    public boolean decided() {
        return problem.isEmpty();
    }
}
