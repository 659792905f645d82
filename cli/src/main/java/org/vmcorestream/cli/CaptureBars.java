// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import org.vmcorestream.producer.CaptureProgress;

/** A bar for each stage of a capture. Told by the capturing thread alone, but for silence. */
final class CaptureBars implements CaptureProgress {
    private static final long PAUSE_NANOS = 5_000_000_000L;

    private final ProgressBar describing;
    private final ProgressBar copying;
    private final ProgressBoard board;
    private String said = "";
    private long saidAt;

    CaptureBars(ProgressBoard board) {
        this.board = board;
        describing = board.bar("Describing pages");
        copying = board.bar("Copying data");
    }

    @Override
    public void at(Stage stage, long done, long total) {
        (stage == Stage.DESCRIBING ? describing : copying).at(done, total);
    }

    /** A line when waiting begins, when there is another reason, and every few seconds while the queue moves. */
    @Override
    public void waiting(int ahead, String reason) {
        String why = reason.replaceAll("\\d+", "");
        long now = System.nanoTime();
        if (said.isEmpty() || !reason.isEmpty() && !why.equals(said) || now - saidAt >= PAUSE_NANOS) {
            said = why.isEmpty() ? said.isEmpty() ? "-" : said : why;
            saidAt = now;
            board.say("Waiting for admission, " + ahead + " ahead"
                    + (reason.isEmpty() ? "" : ": " + Failures.oneLine(reason)));
        }
    }

    @Override
    public void silent(Duration since, Duration patience) {
        board.say(
                since.isZero()
                        ? "The cluster answers again."
                        : "No broker has answered for " + since.toSeconds() + " s, waiting for "
                                + Math.max(0, patience.minus(since).toSeconds()) + " s more at most.");
    }

    @Override
    public void lacks(String what) {
        board.say("The cluster answers, but " + Failures.oneLine(what) + ".");
    }

    @Override
    public void goesOn(String why, Duration pause) {
        board.say("Cut short, going on by itself in " + pause.toSeconds() + " s: " + Failures.oneLine(why));
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
