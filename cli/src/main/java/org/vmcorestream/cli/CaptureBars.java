// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.producer.CaptureProgress;

/** A bar for each stage of a capture. */
final class CaptureBars implements CaptureProgress {
    private final ProgressBar describing;
    private final ProgressBar copying;

    CaptureBars(ProgressBoard board) {
        describing = board.bar("Describing pages");
        copying = board.bar("Copying data");
    }

    @Override
    public void at(Stage stage, long done, long total) {
        (stage == Stage.DESCRIBING ? describing : copying).at(done, total);
    }

    /** The bar of reading struct pages. */
    ProgressBar describing() {
        return describing;
    }

    /** The bar of sending pages. */
    ProgressBar copying() {
        return copying;
    }
}
