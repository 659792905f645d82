// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.vmcore.spool.SpoolListener;

/** The bar of a stream or a flattened file that is being spooled; nothing is shown of other vmcores. */
final class SpoolBar implements SpoolListener, AutoCloseable {
    private final Console console;
    private ProgressBoard board;
    private ProgressBar bar;

    SpoolBar(Console console) {
        this.console = console;
    }

    @Override
    public void at(long done, long total, boolean ended) {
        if (board == null) {
            board = new ProgressBoard(console);
        }
        if (bar == null) {
            bar = board.bar("Spooling vmcore");
        }
        if (ended || total > 0) {
            bar.at(done, ended ? done : total);
        } else {
            bar.amount(done);
        }
        if (ended) {
            bar = null;
        }
    }

    @Override
    public void close() {
        if (board != null) {
            board.close();
        }
    }
}
