// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.TimeoutException;
import org.vmcorestream.schemas.records.DumpFile;

/** Keeps what is sent. */
final class FakeOutbox implements Outbox {
    final List<DumpFile> files = new CopyOnWriteArrayList<>();
    final List<String> letters = new CopyOnWriteArrayList<>();
    /** When what is sent arrives; at once unless a test says otherwise. */
    final AtomicReference<CompletableFuture<Void>> arrival =
            new AtomicReference<>(CompletableFuture.completedFuture(null));

    final AtomicInteger failures = new AtomicInteger();

    @Override
    public CompletableFuture<Void> publish(DumpFile file) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new TimeoutException("nobody answers"));
        }
        files.add(file);
        return arrival.get();
    }

    @Override
    public void deadLetter(LogRecord record, String problem) {
        letters.add(problem);
    }

    @Override
    public void close() {
        letters.clear();
    }
}
