// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;

/** A table whose rows are printed as they come, so that its size is no matter: columns have their widths from the beginning. */
final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns = new ArrayList<>();

    private record Column(String label, int width, boolean right) {}

    /** Adds a column of text, at least as wide as its label; what is wider moves the rest of its row. */
    Table text(String label, int width) {
        columns.add(new Column(label, Math.max(width, label.length()), false));
        return this;
    }

    /** Adds a column of numbers. */
    Table number(String label, int width) {
        columns.add(new Column(label, Math.max(width, label.length()), true));
        return this;
    }

    /** The line above the rows. */
    String header() {
        return row(columns.stream().map(Column::label).toArray());
    }

    /** A row: a cell for each column. */
    String row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells, expected " + columns.size());
        }
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = Printable.line(String.valueOf(cells[i]));
            String padding = " ".repeat(Math.max(0, columns.get(i).width() - cell.length()));
            row.append(i == 0 ? "" : GAP);
            row.append(columns.get(i).right() ? padding + cell : cell + padding);
        }
        return row.toString().stripTrailing();
    }
}
