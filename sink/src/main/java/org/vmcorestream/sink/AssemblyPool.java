// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Clock;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The workers that advance assemblies. A worker stays with one as long as there is something to do, so that as many files
 * are made at once as there are workers. One that waits is looked at again at once while it expects records, after a pause when
 * it has waited for longer, the longer the later, and as soon as its bell rings; it takes no worker meanwhile. When all workers
 * are busy for long it is told how much later than meant it was looked at.
 *
 * <p>Replays run beside live dumps and never hold them up: at most {@link #replays} of them are begun, half of the workers, so
 * that the other half is never taken by replays; where there is a single worker a replay may have it, but gives it back after
 * each small step when anybody else is due. Live assemblies are never made to wait for the end of a replay.
 */
final class AssemblyPool implements AutoCloseable {
    private static final long SHORT_PAUSE_MILLIS = 20;
    private static final long LONG_PAUSE_MILLIS = 200;

    /** Idle turns in a row after which the pause doubles. */
    private static final int DOUBLING_TURNS = 25;

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
        Turns turns = new Turns(assembly);
        assembly.setBell(turns::ring);
        turns.schedule(0);
    }

    /** How long to wait after so many idle turns in a row, in milliseconds. */
    static long pause(int idleTurns) {
        return Math.min(LONG_PAUSE_MILLIS, SHORT_PAUSE_MILLIS << Math.min(idleTurns / DOUBLING_TURNS, 8));
    }

    /** The turns of one assembly: at most one is planned or under way at a time. */
    private final class Turns implements Runnable {
        private final Assembly assembly;

        /** The planned turn, null while it is under way; guarded by this. */
        private ScheduledFuture<?> planned;

        /** Whether the bell has rung since the last turn began; guarded by this. */
        private boolean rung;

        private long due;
        private int idleTurns;

        Turns(Assembly assembly) {
            this.assembly = assembly;
        }

        synchronized void schedule(long millis) {
            due = clock.millis() + millis;
            try {
                planned = workers.schedule(this, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The pool was closed meanwhile; who closes it has dropped the assembly.
                planned = null;
            }
        }

        /** Takes the turn now. */
        synchronized void ring() {
            rung = true;
            if (planned != null && planned.getDelay(TimeUnit.NANOSECONDS) > 0 && planned.cancel(false)) {
                schedule(0);
            }
        }

        private synchronized long begin() {
            planned = null;
            rung = false;
            return Math.max(0, clock.millis() - due);
        }

        private synchronized void pauseAfter(Step step) {
            if (step == Step.PROGRESS || rung) {
                idleTurns = 0;
                schedule(0);
            } else if (assembly.reader().takeExpectant()) {
                schedule(0);
            } else {
                schedule(pause(idleTurns++));
            }
        }

        @Override
        public void run() {
            try {
                assembly.heldUp(begin());
                Step step;
                do {
                    assembly.reader().setHurried(othersAreDue());
                    step = assembly.step();
                    idleTurns = step == Step.PROGRESS ? 0 : idleTurns;
                } while (step == Step.PROGRESS
                        && !workers.isShutdown()
                        && !(assembly.order().isReplay() && othersAreDue()));
                if (step != Step.DONE) {
                    pauseAfter(step);
                } else {
                    ended.accept(assembly);
                }
            } catch (RuntimeException | Error e) {
                fatal.accept(e);
            }
        }
    }

    private boolean othersAreDue() {
        return workers.getQueue().peek() instanceof Delayed first && first.getDelay(TimeUnit.NANOSECONDS) <= 0;
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
