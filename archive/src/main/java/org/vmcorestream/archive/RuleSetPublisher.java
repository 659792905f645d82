// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/**
 * Gives texts their versions. All publishers of a cluster share one transactional id, and the cluster lets only the one that
 * announced itself last go on. So each announces itself, reads the topic to its end, and sends the next version: had another
 * announced itself in between, nothing of it would be committed, and it begins again. Two texts can never get the same version,
 * on which compaction would drop the first of them.
 */
final class RuleSetPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(RuleSetPublisher.class);
    private static final int MAX_ATTEMPTS = 20;
    private static final int PAUSE_MILLIS = 50;
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final RuleSetLog log;
    private final String topic;
    private final Supplier<Producer<byte[], byte[]>> producers;

    /** @param producers makes a producer with the transactional id that all publishers share */
    RuleSetPublisher(RuleSetLog log, String topic, Supplier<Producer<byte[], byte[]>> producers) {
        this.log = log;
        this.topic = topic;
        this.producers = producers;
    }

    /** The transactional id that all publishers of a topic share. */
    static String transactionalId(String topic) {
        return topic + "-publisher";
    }

    /**
     * Publishes a text as the next version of a name; where the newest version is the same text, returns that.
     *
     * @throws ArchiveException when the cluster does not let it
     */
    PublishedRuleSet publish(String name, String text, String by) {
        for (int attempt = 1; ; attempt++) {
            log.catchUp();
            PublishedRuleSet same = sameAsNewest(name, text);
            if (same != null) {
                return same;
            }
            try {
                return attempt(name, text, by);
            } catch (KafkaException e) {
                if (!mayBeTriedAgain(e) || attempt == MAX_ATTEMPTS) {
                    throw new ArchiveException(
                            "rule set " + name + " cannot be published on topic " + topic + ": " + OneLine.of(e), e);
                }
                LOG.info("rule set {} is published at the same time by another, trying again: {}", name, OneLine.of(e));
                pause(attempt);
            }
        }
    }

    private PublishedRuleSet sameAsNewest(String name, String text) {
        ShelvedVersion newest = log.newest(name);
        return newest != null
                        && newest.record() != null
                        && newest.record().getText().equals(text)
                ? newest.record()
                : null;
    }

    private PublishedRuleSet attempt(String name, String text, String by) {
        Producer<byte[], byte[]> producer = producers.get();
        try {
            producer.initTransactions();
            // From here on nobody else commits without this producer being told so.
            log.catchUp();
            PublishedRuleSet same = sameAsNewest(name, text);
            if (same != null) {
                return same;
            }
            int version = log.nextVersion(name);
            if (version > RuleSetLog.MAX_VERSION) {
                throw new ArchiveException("rule set " + name + " has version " + RuleSetLog.MAX_VERSION
                        + ", expected a lower one for a next to follow");
            }
            PublishedRuleSet record = new PublishedRuleSet(name, version, System.currentTimeMillis(), by, text);
            return readBack(record, commit(producer, record));
        } finally {
            producer.close(CLOSE);
        }
    }

    /** Sends a record and makes it visible; returns its offset. */
    private long commit(Producer<byte[], byte[]> producer, PublishedRuleSet record) {
        producer.beginTransaction();
        try {
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(
                    topic,
                    0,
                    record.getPublishedAt(),
                    Keys.ruleSet(record.getName(), record.getVersion()),
                    RecordCodec.encode(record),
                    RecordHeaders.of(record)));
            producer.commitTransaction();
            return sent.get().offset();
        } catch (KafkaException e) {
            abort(producer);
            throw e;
        } catch (ExecutionException e) {
            throw new ArchiveException("rule set " + record.getName() + " cannot be published: " + OneLine.of(e), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Gives up the transaction, so that readers need not wait for it; one that was taken over is given up already. */
    private static void abort(Producer<byte[], byte[]> producer) {
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            LOG.debug("transaction was not given up in order: {}", OneLine.of(e));
        }
    }

    /** A transaction is over a moment before all readers see what it sent: waits for that. */
    private PublishedRuleSet readBack(PublishedRuleSet record, long offset) {
        log.catchUp(offset + 1);
        ShelvedVersion there = log.version(record.getName(), record.getVersion());
        if (there == null || !record.equals(there.record())) {
            throw new ArchiveException("topic " + topic + " does not hold rule set " + record.getName() + "@"
                    + record.getVersion() + " as it was published, expected the same record");
        }
        return there.record();
    }

    /**
     * Whether another attempt may do better. A broker that is asked to end a transaction in the very moment in which another
     * publisher takes it over can answer with an error of no kind, which the client passes on as an exception of no kind, or that
     * there is no transaction to end; whether the text is published then, the next attempt reads.
     */
    private static boolean mayBeTriedAgain(Throwable problem) {
        if (problem.getClass() == KafkaException.class) {
            return true;
        }
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException
                    || cause instanceof InvalidProducerEpochException
                    || cause instanceof InvalidTxnStateException
                    || cause instanceof TimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Two that take over from each other again and again must fall out of step. */
    private static void pause(int attempt) {
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MILLIS * Math.min(attempt, 10)) + 1L);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static ArchiveException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new ArchiveException("interrupted while a rule set was published", cause);
    }
}
