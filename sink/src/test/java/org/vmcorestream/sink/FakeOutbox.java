// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.DumpFile;

/** Keeps what is sent, and files on dump-files where a test wants to read it again. */
final class FakeOutbox implements Outbox {
    final List<DumpFile> files = new CopyOnWriteArrayList<>();
    final List<String> letters = new CopyOnWriteArrayList<>();
    /** When what is sent arrives; at once unless a test says otherwise. */
    final AtomicReference<CompletableFuture<LogPlace>> arrival = new AtomicReference<>();

    /** Whether files are really on dump-files. */
    final AtomicBoolean stored = new AtomicBoolean();

    final AtomicInteger failures = new AtomicInteger();
    private final FakeCluster cluster;

    FakeOutbox(FakeCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletableFuture<LogPlace> publish(DumpFile file, long told) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new TimeoutException("nobody answers"));
        }
        files.add(file);
        if (arrival.get() != null) {
            return arrival.get();
        }
        long offset = -1;
        if (stored.get()) {
            Headers headers = RecordHeaders.of(file.getDumpId(), file);
            RecordHeaders.add(headers, RecordHeaders.TOLD, Long.toString(told));
            offset = cluster.append(
                    SampleDump.TOPICS.dumpFiles(), 0, Keys.dumpFile(file), RecordCodec.encode(file), headers, 1_000);
        }
        return CompletableFuture.completedFuture(new LogPlace(0, offset));
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
