// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.vmcorestream.schemas.records.StripeState;

/**
 * Decides many dumps. Stripes are read in the order of their partitions and offsets, so that a partition is read forward, and
 * several partitions at a time. Belongs to one thread.
 */
final class FleetDecider implements AutoCloseable {
    /** Most partitions that are read at the same time. */
    private static final int MAX_THREADS = 16;

    private final List<StoredMetadata> readers = new ArrayList<>();
    private final List<DecidingBuffers> buffers = new ArrayList<>();
    private final ExecutorService threads;

    /**
     * @param readers makes the reader of each thread
     * @param threads partitions that are read at the same time
     */
    FleetDecider(Supplier<StoredMetadata> readers, int threads) {
        for (int i = 0; i < threads; i++) {
            this.readers.add(readers.get());
            buffers.add(new DecidingBuffers());
        }
        this.threads = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "fleet-decider");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** As many threads as this machine has processors for; each has a client with a fetch of 2 MiB. */
    static int usualThreads() {
        return Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    }

    /** A stripe to be decided. */
    private record Job(DumpTask task, int stripe, long offset) {}

    /**
     * Decides dumps.
     *
     * @throws ClusterException when the cluster does not answer
     */
    void decide(List<DumpTask> tasks) {
        Queue<List<Job>> partitions = new ConcurrentLinkedQueue<>(byPartition(tasks));
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < Math.min(readers.size(), partitions.size()); i++) {
            StoredMetadata reader = readers.get(i);
            DecidingBuffers own = buffers.get(i);
            running.add(threads.submit(() -> work(partitions, reader, own)));
        }
        RuntimeException failure = null;
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                partitions.clear();
                failure = failure == null ? unwrapped(e) : failure;
            } catch (InterruptedException e) {
                partitions.clear();
                running.forEach(future -> future.cancel(true));
                Thread.currentThread().interrupt();
                throw new ArchiveException("interrupted while dumps were decided", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    private static void work(Queue<List<Job>> partitions, StoredMetadata reader, DecidingBuffers buffers) {
        for (List<Job> jobs = partitions.poll(); jobs != null; jobs = partitions.poll()) {
            for (Job job : jobs) {
                job.task().decide(job.stripe(), reader, buffers);
            }
        }
    }

    private static List<List<Job>> byPartition(List<DumpTask> tasks) {
        Map<Integer, List<Job>> byPartition = new TreeMap<>();
        for (DumpTask task : tasks) {
            if (!task.problem().isEmpty()) {
                continue;
            }
            for (StripeState stripe : task.dump().dump().getStripes()) {
                byPartition
                        .computeIfAbsent(stripe.getPartition(), unused -> new ArrayList<>())
                        .add(new Job(task, stripe.getStripe(), stripe.getMetadataOffset()));
            }
        }
        byPartition.values().forEach(jobs -> jobs.sort(Comparator.comparingLong(Job::offset)));
        return new ArrayList<>(byPartition.values());
    }

    @Override
    public void close() {
        threads.shutdownNow();
        readers.forEach(StoredMetadata::close);
    }
}
