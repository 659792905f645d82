// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Locale;

/**
 * How far one stage is. Told by the stage's thread at any rate, read by the board's thread a few times a second.
 */
final class ProgressBar {
    private static final String SPINNER = "/|\\-";
    private static final long NANOS = 1_000_000_000L;

    private final String label;
    private volatile long done;
    private volatile long total;
    private volatile long startedAt;
    private volatile long finishedAt;

    ProgressBar(String label) {
        this.label = label;
    }

    /** {@code done} of {@code total} units are done; the first call starts the stage, the one with both equal ends it. */
    void at(long done, long total) {
        if (startedAt == 0) {
            startedAt = System.nanoTime();
        }
        this.total = total;
        this.done = done;
        if (done >= total && finishedAt == 0) {
            finishedAt = System.nanoTime();
        }
    }

    /** {@code done} bytes are done, of nobody knows how many. */
    void amount(long done) {
        at(done, Long.MAX_VALUE);
    }

    /** Whether the stage has begun. */
    boolean started() {
        return startedAt != 0;
    }

    /** Whether the stage has ended. */
    boolean finished() {
        return finishedAt != 0;
    }

    /** Name of the stage. */
    String label() {
        return label;
    }

    /** Seconds from the stage's begin to its end, or until now; 0 where it never began. */
    double seconds() {
        if (startedAt == 0) {
            return 0;
        }
        return ((finishedAt == 0 ? System.nanoTime() : finishedAt) - startedAt) / (double) NANOS;
    }

    /** Tenths of a percent, 0 to 1000; 1000 only where all is done. */
    int promille() {
        if (finishedAt != 0) {
            return 1000;
        }
        long of = total;
        return of <= 0 ? 0 : (int) Math.max(0, Math.min(999, (long) (1000.0 * done / of)));
    }

    /** One line: label, percentage, a spinner, and the time it will take. */
    String line(int turn) {
        int promille = promille();
        if (total == Long.MAX_VALUE) {
            return String.format(
                    Locale.ROOT,
                    "%-33s : %9.1f MiB %c",
                    label,
                    Math.scalb((double) done, -20),
                    SPINNER.charAt(turn % SPINNER.length()));
        }
        String time = finishedAt != 0
                ? String.format(Locale.ROOT, "%.1fs", seconds())
                : promille == 0 ? "" : "eta: " + span(seconds() * (1000 - promille) / promille);
        char spin = finishedAt != 0 ? ' ' : SPINNER.charAt(turn % SPINNER.length());
        return String.format(
                Locale.ROOT, "%-33s : [%3d.%d %%] %c %16s", label, promille / 10, promille % 10, spin, time);
    }

    /** A time as short as it can be said: {@code 42s}, {@code 3m12s}, {@code 2h05m}. */
    static String span(double seconds) {
        long whole = Math.max(0, Math.round(seconds));
        if (whole < 60) {
            return whole + "s";
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole / 60 % 60);
    }
}
