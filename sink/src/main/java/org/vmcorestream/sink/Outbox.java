// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.vmcorestream.schemas.records.DumpFile;

/** What the sink itself sends. Can be used by several threads at once. */
interface Outbox extends AutoCloseable {
    /** What became of a record that was sent. */
    enum Outcome {
        /** The cluster has it. */
        SENT,
        /** The cluster was not there; it can be sent again. */
        AGAIN
    }

    /**
     * Says on dump-files what became of an assembly; the future has the record's place there, and fails when the cluster did
     * not take it.
     *
     * @param told offset of the newest record of the dump that was known, {@link DumpPlan#UNPLACED} where none is
     */
    CompletableFuture<LogPlace> publish(DumpFile file, long told);

    /** Copies a record to dead-letters as it was received, with the reason in its headers. Never fails; it logs. */
    void deadLetter(LogRecord record, String problem);

    @Override
    void close();

    /**
     * What became of a record whose future is done.
     *
     * @throws KafkaException when the cluster refused it
     */
    static Outcome outcome(Future<?> sent) {
        try {
            sent.get();
            return Outcome.SENT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.AGAIN;
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof RetriableException) {
                return Outcome.AGAIN;
            }
            throw e.getCause() instanceof KafkaException refused
                    ? refused
                    : new KafkaException(Problems.line(e.getCause()), e.getCause());
        }
    }
}
