// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for the file of the next dump to have its final name, {@code FOLDER/DUMP/vmcore}. The kernel tells of it (inotify), so
 * that the time is good to a millisecond and waiting costs nothing.
 */
final class FinishedFile implements AutoCloseable {
    private static final String NAME = "vmcore";

    private final WatchService service;
    private final Path folder;

    /** Names that are still waited for. */
    private final Set<String> missing;

    private final FutureTask<Arrival> arrival = new FutureTask<>(this::arrive);

    /**
     * A file under its final name.
     *
     * @param path where it is
     * @param nanoTime when it got the name, {@link System#nanoTime()}
     */
    record Arrival(Path path, long nanoTime) {}

    private FinishedFile(WatchService service, Path folder, Set<String> names) {
        this.service = service;
        this.folder = folder;
        missing = names;
    }

    /** Watches a sink's folder. Dumps that are there already are none of its business. */
    static FinishedFile under(Path folder) throws IOException {
        return under(folder, 1);
    }

    /** Watches the sinks' folder for all parts of a dump, {@code vmcore-KofN}; the one that comes last is told. */
    static FinishedFile under(Path folder, int parts) throws IOException {
        WatchService service = FileSystems.getDefault().newWatchService();
        folder.register(service, StandardWatchEventKinds.ENTRY_CREATE);
        Set<String> names = new HashSet<>();
        for (int part = 1; part <= parts; part++) {
            names.add(parts == 1 ? NAME : NAME + "-" + part + "of" + parts);
        }
        FinishedFile watched = new FinishedFile(service, folder, names);
        Thread thread = new Thread(watched.arrival, "finished-file");
        thread.setDaemon(true);
        thread.start();
        return watched;
    }

    /**
     * Waits for the file.
     *
     * @param nanos how long at most
     * @throws BenchmarkFailure when it does not come in time, or the folder cannot be watched
     */
    Arrival await(long nanos) throws BenchmarkFailure, InterruptedException {
        try {
            return arrival.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new BenchmarkFailure("no file within " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s after produce");
        } catch (ExecutionException e) {
            throw new BenchmarkFailure("the sink's folder cannot be watched: " + e.getCause());
        }
    }

    private Arrival arrive() throws IOException, InterruptedException {
        while (true) {
            WatchKey key = service.take();
            long now = System.nanoTime();
            Path within = (Path) key.watchable();
            for (WatchEvent<?> event : key.pollEvents()) {
                if (!(event.context() instanceof Path entry)) {
                    throw new IOException("too much happened in it");
                }
                Path path = within.resolve(entry);
                if (!within.equals(folder)) {
                    if (missing.remove(entry.toString()) && missing.isEmpty()) {
                        return new Arrival(path, now);
                    }
                } else if (Files.isDirectory(path)) {
                    path.register(service, StandardWatchEventKinds.ENTRY_CREATE);
                    // Files may have come before anybody watched.
                    for (String name : Set.copyOf(missing)) {
                        if (Files.exists(path.resolve(name)) && missing.remove(name) && missing.isEmpty()) {
                            return new Arrival(path.resolve(name), System.nanoTime());
                        }
                    }
                }
            }
            key.reset();
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
