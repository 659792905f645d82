// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whether the topics of the application are there at its start. Streams would find out too, but late, and not say it in one line.
 */
final class TopicReadiness {
    /** A topic that was only just made takes a moment to be known to all brokers. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final TopicQuestion question;
    private final Duration timeout;

    TopicReadiness(TopicQuestion question, Duration timeout) {
        this.question = question;
        this.timeout = timeout;
    }

    /**
     * Returns when all topics are there.
     *
     * @return which ones they are
     * @throws IllegalStateException in one line when they are not, or the cluster does not answer
     */
    Incarnation await() {
        long giveUp = System.nanoTime() + Math.min(PATIENCE.toNanos(), timeout.toNanos());
        try {
            while (true) {
                TopicAnswer answer = question.ask(timeout);
                if (answer instanceof TopicAnswer.There there) {
                    return there.incarnation();
                } else if (answer instanceof TopicAnswer.Silent silent) {
                    throw new IllegalStateException(silent.why());
                } else if (answer instanceof TopicAnswer.Refused refused) {
                    throw new IllegalStateException(refused.why());
                } else if (answer instanceof TopicAnswer.Lacking lacking && System.nanoTime() > giveUp) {
                    throw new IllegalStateException(lacking.what());
                }
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for topics", e);
        }
    }
}
