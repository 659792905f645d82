// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The bars of the stages that run at the same time. On a terminal they stand one above the other and are drawn over a few
 * times a second; elsewhere each stage gets a line at each quarter (or GiB, doubled) that it takes long to reach, and one when it is done.
 */
final class ProgressBoard implements AutoCloseable {
    private static final int REFRESH_MILLIS = 200;
    private static final double LONG_SECONDS = 5;
    private static final String UP_ONE_LINE = "\033[A";
    private static final String ERASE_LINE = "\r\033[K";

    /** Lines that are wider than the terminal are cut: broken ones would not be drawn over. */
    private static final String CUT_LINES = "\033[?7l";

    private static final String BREAK_LINES = "\033[?7h";

    private final Console console;
    private final List<ProgressBar> bars = new ArrayList<>();
    private final List<Integer> stepsTold = new ArrayList<>();
    private final Thread ticker = new Thread(this::tick, "progress");
    private int linesDrawn;
    private int turn;
    private volatile boolean closed;

    ProgressBoard(Console console) {
        this.console = console;
        console.show(this);
        ticker.setDaemon(true);
        ticker.start();
    }

    /** Adds the bar of a stage, below those that are there. */
    ProgressBar bar(String label) {
        synchronized (console) {
            ProgressBar bar = new ProgressBar(label);
            bars.add(bar);
            stepsTold.add(0);
            return bar;
        }
    }

    /** Says something beside the bars. */
    void say(String line) {
        console.log(line);
    }

    /** Takes the bars off a terminal. */
    void erase() {
        synchronized (console) {
            if (linesDrawn > 0) {
                console.draw((UP_ONE_LINE + ERASE_LINE).repeat(linesDrawn));
                linesDrawn = 0;
            }
        }
    }

    /** Draws the bars of all stages that have begun. */
    void redraw() {
        synchronized (console) {
            if (console.terminal()) {
                drawAll();
            } else {
                tellSteps();
            }
        }
    }

    private void drawAll() {
        StringBuilder text = new StringBuilder(UP_ONE_LINE.repeat(linesDrawn));
        linesDrawn = 0;
        for (ProgressBar bar : bars) {
            if (bar.started()) {
                text.append(ERASE_LINE).append(bar.line(turn)).append('\n');
                linesDrawn++;
            }
        }
        turn++;
        if (linesDrawn > 0) {
            console.draw(CUT_LINES + text + BREAK_LINES);
        }
    }

    private void tellSteps() {
        for (int i = 0; i < bars.size(); i++) {
            ProgressBar bar = bars.get(i);
            int steps = bar.steps();
            if (bar.started() && steps > stepsTold.get(i) && (bar.finished() || bar.seconds() > LONG_SECONDS)) {
                stepsTold.set(i, steps);
                console.draw(bar.line(turn).stripTrailing() + "\n");
            }
        }
    }

    private void tick() {
        while (!closed) {
            redraw();
            try {
                Thread.sleep(REFRESH_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Draws the bars a last time and leaves them on the terminal. */
    @Override
    public void close() {
        synchronized (console) {
            if (closed) {
                return;
            }
            closed = true;
            redraw();
            console.show(null);
        }
        ticker.interrupt();
    }
}
