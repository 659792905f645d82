// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of this instance that does replays. */
final class ReplayThread {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayThread.class);

    private final ReplayWorker worker;
    private final Thread thread;

    /** @param refused is told once why it ended by itself */
    ReplayThread(VerdictService.Settings settings, RuleSetCatalog catalog, Consumer<Throwable> refused) {
        worker = new ReplayWorker(
                new ReplayWorker.Clients(
                        () -> new KafkaConsumer<>(ReplayClients.consumer(settings.client(), settings.applicationId())),
                        () -> new KafkaProducer<>(ReplayClients.producer(settings.client())),
                        () -> new ArchivedDumps(settings.client(), settings.topics())),
                settings.topics(),
                catalog,
                settings.replayShare(),
                WallClock.SYSTEM,
                refused);
        thread = new Thread(worker, settings.applicationId() + "-replays");
        thread.setDaemon(true);
    }

    /** Begins to work. */
    void start() {
        thread.start();
    }

    /** Asks it to end. */
    void stop() {
        worker.stop();
    }

    /** Waits until it has ended; one that waits for the cluster is interrupted. */
    void close(Duration timeout) {
        try {
            if (!join(timeout.dividedBy(4))) {
                thread.interrupt();
                if (!join(timeout)) {
                    LOG.warn("{} is still busy after {}", thread.getName(), timeout);
                }
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private boolean join(Duration timeout) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, timeout.toNanos());
        return !thread.isAlive();
    }
}
