// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.standby;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One errand from its taking to its last answer. Three threads: one reads the errand and then waits for the other side to be gone,
 * one does the errand, one sends what it writes.
 */
final class StandbyConnection {
    private static final Logger LOG = LoggerFactory.getLogger(StandbyConnection.class);

    /** Exit status of an errand that was broken off before it began. */
    private static final int INTERRUPTED = 130;

    private final SocketChannel channel;
    private final Wire wire;
    private final Semaphore turns;
    private final int atOnce;
    private final StandbyServer.Work work;
    private final Consumer<StandbyConnection> ended;
    private final Answers answers = new Answers();
    private final Thread reader = new Thread(this::read, "standby-read");
    private final Thread sender = new Thread(this::send, "standby-send");
    private Errand errand;
    private Thread doer;
    private boolean done;
    private volatile boolean abandoned;

    /**
     * @param turns a permit for each errand that may be done at once
     * @param atOnce how many permits there are
     * @param ended told when all is over
     */
    StandbyConnection(
            SocketChannel channel,
            Semaphore turns,
            int atOnce,
            StandbyServer.Work work,
            Consumer<StandbyConnection> ended) {
        this.channel = channel;
        this.turns = turns;
        this.atOnce = atOnce;
        this.work = work;
        this.ended = ended;
        wire = new Wire(channel);
        reader.setDaemon(true);
        sender.setDaemon(true);
    }

    void start() {
        reader.start();
    }

    private void read() {
        try (channel) {
            errand = wire.errand();
            answers.taken();
            sender.start();
            begin();
            wire.awaitEnd();
        } catch (IOException e) {
            LOG.debug("connection of an errand: {}", e.toString());
        } finally {
            breakOff();
            ended.accept(this);
        }
    }

    private synchronized void begin() {
        doer = new Thread(this::perform, "standby-errand");
        doer.start();
    }

    private void perform() {
        int status = INTERRUPTED;
        try (PrintStream out = answers.stream(Wire.OUT);
                PrintStream err = answers.stream(Wire.ERR)) {
            if (!turns.tryAcquire()) {
                err.println("Waiting for one of " + atOnce + " captures to end.");
                err.flush();
                turns.acquire();
            }
            try {
                status = work.run(errand, out, err);
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            LOG.debug("an errand was broken off before its turn came");
        } catch (RuntimeException | Error e) {
            LOG.error("an errand failed unexpectedly", e);
            abandoned = true;
        } finally {
            end(status);
        }
    }

    /** Who asked does an abandoned errand itself, as soon as the connection is gone. */
    private void end(int status) {
        synchronized (this) {
            done = true;
        }
        if (abandoned) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("a connection did not close in order", e);
            }
        }
        answers.end(status);
    }

    private void send() {
        try (channel) {
            answers.sendTo(wire);
        } catch (IOException | InterruptedException e) {
            LOG.debug("who asked is gone: {}", e.toString());
        }
    }

    /** Breaks the errand off and leaves it to who asked. */
    void abandon() {
        abandoned = true;
        breakOff();
    }

    private synchronized void breakOff() {
        if (doer != null && !done) {
            doer.interrupt();
        }
    }

    /** Waits for the errand's end. */
    void await(long millis) throws InterruptedException {
        Thread waited;
        synchronized (this) {
            waited = doer;
        }
        if (waited != null) {
            waited.join(millis);
        }
    }
}
