// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;

/** Told how far a capture is. Called from the capturing thread often; must return at once. */
public interface CaptureProgress {
    /** Stages of a capture, in order. */
    enum Stage {
        /** Struct pages are read and described; units are page frames. */
        DESCRIBING,
        /** Page contents are read, compressed and sent; units are pages. */
        COPYING
    }

    /** Nobody listens. */
    CaptureProgress NONE = (stage, done, total) -> {};

    /** {@code done} of {@code total} units of a stage are done; the last call of a stage has both equal. */
    void at(Stage stage, long done, long total);

    /**
     * Page contents wait until the gate lets them be sent.
     *
     * @param ahead dumps that come first, as far as it is known
     * @param reason what the gate says to that in one line, may be empty
     */
    default void waiting(int ahead, String reason) {}

    /**
     * The cluster acknowledges nothing: told after ten seconds of that, and each minute from then on. Called from a thread of its
     * own.
     *
     * @param since for how long; zero when it answers again
     * @param patience how long it is waited for
     */
    default void silent(Duration since, Duration patience) {}

    /**
     * The cluster answers, and cannot take what is on its way. Called as {@link #silent} is, behind it.
     *
     * @param what one line
     */
    default void lacks(String what) {}

    /**
     * The clients of the cluster failed; the capture goes on by itself with new ones, behind what arrived.
     *
     * @param why one line
     * @param pause how long it waits before that
     */
    default void goesOn(String why, Duration pause) {}
}
