// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import org.vmcorestream.rules.PairedRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictRuns;

/**
 * Pages by what two rule sets say of them: a table of the reasons of one by the reasons of the other. Filled from the runs of
 * two verdicts on one chunk, walked in step; belongs to one thread at a time.
 */
final class VerdictTable {
    private final List<String> rows;
    private final List<String> columns;
    private final long[] pages;
    private final PairedRuns pairs = new PairedRuns();

    /**
     * @param rows reasons of the first rule set, by code
     * @param columns reasons of the second
     */
    VerdictTable(List<String> rows, List<String> columns) {
        this.rows = rows;
        this.columns = columns;
        pages = new long[rows.size() * columns.size()];
    }

    /** Adds the pages of a chunk. Both verdicts are on the same pages. */
    void add(VerdictRuns row, VerdictRuns column) {
        addBelow(row, column, Long.MAX_VALUE);
    }

    /** Adds the pages of a chunk that lie before a page frame. */
    void addBelow(VerdictRuns row, VerdictRuns column, long endPfn) {
        int width = columns.size();
        pairs.begin(row, column, (int) Math.min(row.pages(), Math.max(0, endPfn - row.firstPfn())));
        while (pairs.next()) {
            pages[pairs.firstReason() * width + pairs.secondReason()] += pairs.length();
        }
    }

    /** Pages that the first keeps and the second excludes, by reason of the second. */
    PagesByReason keptByRow() {
        PagesByReason found = new PagesByReason();
        for (int column = RuleSet.COMMON_REASONS.size(); column < columns.size(); column++) {
            found.add(columns.get(column), pages[RuleSet.KEPT * columns.size() + column]);
        }
        return found;
    }

    /** Pages that the second keeps and the first excludes, by reason of the first. */
    PagesByReason keptByColumn() {
        PagesByReason found = new PagesByReason();
        for (int row = RuleSet.COMMON_REASONS.size(); row < rows.size(); row++) {
            found.add(rows.get(row), pages[row * columns.size() + RuleSet.KEPT]);
        }
        return found;
    }

    /** Pages that both keep. */
    long keptByBoth() {
        return pages[RuleSet.KEPT * columns.size() + RuleSet.KEPT];
    }
}
