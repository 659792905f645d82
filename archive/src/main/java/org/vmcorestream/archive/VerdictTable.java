// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
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
        long left = Math.min(row.pages(), Math.max(0, endPfn - row.firstPfn()));
        int rowRun = 0;
        int columnRun = 0;
        long rowLeft = row.runs() == 0 ? 0 : row.length(0);
        long columnLeft = column.runs() == 0 ? 0 : column.length(0);
        while (left > 0) {
            long both = Math.min(left, Math.min(rowLeft, columnLeft));
            pages[row.reason(rowRun) * width + column.reason(columnRun)] += both;
            left -= both;
            rowLeft -= both;
            columnLeft -= both;
            if (rowLeft == 0 && ++rowRun < row.runs()) {
                rowLeft = row.length(rowRun);
            }
            if (columnLeft == 0 && ++columnRun < column.runs()) {
                columnLeft = column.length(columnRun);
            }
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
