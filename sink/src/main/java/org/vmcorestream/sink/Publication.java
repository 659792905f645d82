// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.vmcorestream.schemas.records.DumpFile;

/** The saying on dump-files of what became of an assembly, again and again until the cluster has it. */
final class Publication {
    private final Outbox outbox;
    private final DumpFile file;
    private final long told;
    private final Runnable bell;
    private CompletableFuture<LogPlace> sent;

    /**
     * @param told offset of the newest record of the dump that was known, {@link DumpPlan#UNPLACED} where none is
     * @param bell told, by any thread, when the cluster has answered
     */
    Publication(Outbox outbox, DumpFile file, long told, Runnable bell) {
        this.outbox = outbox;
        this.file = file;
        this.told = told;
        this.bell = bell;
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
            sent = outbox.publish(file, told);
            sent.whenComplete((place, problem) -> bell.run());
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

    /** Where it is, once {@link #step} was done. */
    LogPlace place() {
        return sent.join();
    }

    /** Lets go of it; when what was sent arrives all the same, {@code arrived} is told where, by the thread that learns of it. */
    void abandon(Consumer<LogPlace> arrived) {
        if (sent != null) {
            sent.thenAccept(arrived);
        }
    }
}
