// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The workers that advance assemblies. A worker stays with one as long as there is something to do, so that as many files
 * are made at once as there are workers; one that waits is looked at again a little later and takes no worker meanwhile. When
 * all workers are busy for long it is told how much later than meant it was looked at.
 *
 * <p>Replays run beside live dumps and never hold them up: at most {@link #replays} of them are begun, half of the workers, so
 * that the other half is never taken by replays; where there is a single worker a replay may have it, but gives it back after
 * each small step when anybody else is due. Live assemblies are never made to wait for the end of a replay.
 */
final class AssemblyPool implements AutoCloseable {
    private static final long IDLE_MILLIS = 20;

    private final ScheduledThreadPoolExecutor workers;
    private final Consumer<Assembly> ended;
    private final Consumer<Throwable> fatal;
    private final Clock clock;

    /**
     * @param workers number of workers
     * @param ended told of each assembly that ended by itself
     * @param fatal told what makes all further work pointless
     * @param clock tells the time
     */
    AssemblyPool(int workers, Consumer<Assembly> ended, Consumer<Throwable> fatal, Clock clock) {
        AtomicInteger number = new AtomicInteger();
        this.workers = new ScheduledThreadPoolExecutor(workers, task -> {
            Thread thread = new Thread(task, "sink-assembly-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
        this.workers.setRemoveOnCancelPolicy(true);
        this.workers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.ended = ended;
        this.fatal = fatal;
        this.clock = clock;
    }

    /** Most replays that may be at work beside live dumps, of so many workers: half of them, 1 where there is only one. */
    static int replays(int workers) {
        return Math.max(1, workers / 2);
    }

    /** Begins to advance an assembly. */
    void start(Assembly assembly) {
        schedule(assembly, 0);
    }

    private void schedule(Assembly assembly, long millis) {
        long due = clock.millis() + millis;
        try {
            workers.schedule(() -> work(assembly, due), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The pool was closed meanwhile; who closes it has dropped the assembly.
            return;
        }
    }

    private void work(Assembly assembly, long due) {
        try {
            assembly.heldUp(Math.max(0, clock.millis() - due));
            Step step;
            do {
                step = assembly.step();
            } while (step == Step.PROGRESS && !workers.isShutdown() && !givesWay(assembly));
            if (step != Step.DONE) {
                schedule(assembly, step == Step.IDLE ? IDLE_MILLIS : 0);
            } else {
                ended.accept(assembly);
            }
        } catch (RuntimeException | Error e) {
            fatal.accept(e);
        }
    }

    /** Whether a replay has to let somebody else have its worker. */
    private boolean givesWay(Assembly assembly) {
        return assembly.isReplay()
                && workers.getQueue().peek() instanceof Delayed first
                && first.getDelay(TimeUnit.NANOSECONDS) <= 0;
    }

    /** Stops the workers; assemblies have to be dropped by their owner. */
    @Override
    public void close() {
        workers.shutdown();
        try {
            workers.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
