// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.concurrent.CompletableFuture;
import org.vmcorestream.schemas.records.DumpFile;

/** The saying on dump-files of what became of an assembly, again and again until the cluster has it. */
final class Publication {
    private final Outbox outbox;
    private final DumpFile file;
    private CompletableFuture<Void> sent;

    Publication(Outbox outbox, DumpFile file) {
        this.outbox = outbox;
        this.file = file;
    }

    /** What is said. */
    DumpFile file() {
        return file;
    }

    /**
     * Sends it where it is not under way, and looks whether it arrived.
     *
     * @return {@link Step#DONE} when the cluster has it
     * @throws org.apache.kafka.common.KafkaException when the cluster refuses it
     */
    Step step() {
        if (sent == null) {
            sent = outbox.publish(file);
        }
        if (!sent.isDone()) {
            return Step.IDLE;
        }
        if (Outbox.outcome(sent) == Outbox.Outcome.AGAIN) {
            sent = null;
            return Step.IDLE;
        }
        return Step.DONE;
    }

    /** Lets go of it; when what was sent arrives all the same, {@code arrived} is run, by the thread that learns of it. */
    void abandon(Runnable arrived) {
        if (sent != null) {
            sent.thenRun(arrived);
        }
    }
}
