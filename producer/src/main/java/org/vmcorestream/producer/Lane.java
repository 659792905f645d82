// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The stripes of one part of a dump, whose pages travel one stripe after the other: so one sink after the other gets its file's
 * pages in order, and all of them at the same time. Belongs to the capturing thread.
 */
final class Lane {
    private final Queue<StripeData> toFill = new ArrayDeque<>();
    private final Queue<StripeData> toEnd = new ArrayDeque<>();

    /** Adds a stripe behind the others. */
    void add(StripeData stripe) {
        toFill.add(stripe);
        toEnd.add(stripe);
    }

    /**
     * Fills a task with the next pages of the lane. A task holds pages of one stripe only.
     *
     * @param begun whether the task has pages of this lane already
     * @return whether the task is to be worked on; one that is not may have got pages all the same
     */
    boolean fill(PageTask task, boolean begun) throws IOException {
        boolean goesOn = begun;
        while (!toFill.isEmpty()) {
            StripeData stripe = toFill.element();
            if (!goesOn) {
                task.begin(stripe, stripe.nextSequence());
            }
            boolean ready = stripe.fill(task);
            if (stripe.drained()) {
                toFill.remove();
            }
            if (ready || !stripe.drained()) {
                return ready;
            }
            goesOn = false;
        }
        return false;
    }

    /** The first stripe that was not ended though all of it was sent, or null; from now on it counts as ended. */
    StripeData nextToEnd() {
        return !toEnd.isEmpty() && toEnd.element().allSent() ? toEnd.remove() : null;
    }
}
