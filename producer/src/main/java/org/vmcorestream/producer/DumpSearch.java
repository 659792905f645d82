// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.Vmcore;

/** Looks on topic dumps for dumps whose capture has begun, so that it can go on. Belongs to one thread. */
public final class DumpSearch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DumpSearch.class);

    /** A dump is looked for by its vmcore among those that were opened, or told of, since so long. */
    public static final Duration LOOK_BACK = Duration.ofDays(7);

    /** A capture that is at work says so on topic dumps every 15 seconds: one that is silent for longer is not. */
    public static final Duration SIGN_OF_LIFE = Duration.ofSeconds(20);

    /** How far clocks of hosts are believed to be apart. */
    private static final long SKEW_MILLIS = Duration.ofHours(1).toMillis();

    private static final String LOG_SUFFIX = "/log";

    private final PartitionLog log;
    private final String topic;
    private final LongSupplier clock;

    DumpSearch(PartitionLog log, Topics topics, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
        topic = topics.dumps();
    }

    /**
     * One with a client of its own.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     * @throws CaptureException when the client's settings are wrong
     */
    public static DumpSearch open(Map<String, Object> client, Topics topics) {
        return new DumpSearch(KafkaPartitionLog.open(client, topics), topics, System::currentTimeMillis);
    }

    /**
     * The dump of a vmcore that was opened last, within {@link #LOOK_BACK}; it may have been captured to its end.
     *
     * @throws IOException when the vmcore cannot be read
     * @throws CaptureException when the cluster does not answer
     */
    public Optional<BegunDump> newestOf(Vmcore vmcore) throws IOException {
        return newestOf(vmcore, clock.getAsLong() - LOOK_BACK.toMillis(), dump -> true);
    }

    /**
     * The dump of a vmcore that was opened last, at a time or later; it may have been captured to its end.
     *
     * @param openedSince by this host's clock, milliseconds since 1970-01-01 UTC
     * @throws IOException when the vmcore cannot be read
     * @throws CaptureException when the cluster does not answer
     */
    public Optional<BegunDump> newestOf(Vmcore vmcore, long openedSince) throws IOException {
        return newestOf(
                vmcore, openedSince - SKEW_MILLIS, dump -> dump.manifest().getOpenedAt() >= openedSince);
    }

    private Optional<BegunDump> newestOf(Vmcore vmcore, long since, Predicate<BegunDump> wanted) throws IOException {
        Manifest now = Manifests.ofVmcore(vmcore);
        Map<String, BegunDump> found = new HashMap<>();
        int partitions = log.partitions(topic);
        for (int partition = 0; partition < partitions; partition++) {
            read(
                    partition,
                    log.offsetAt(topic, partition, since),
                    found,
                    dump -> wanted.test(dump)
                            && SameVmcore.difference(now, dump.manifest()).isEmpty());
        }
        return found.values().stream()
                .max(Comparator.comparingLong(
                                (BegunDump dump) -> dump.manifest().getOpenedAt())
                        .thenComparing(BegunDump::dumpId));
    }

    /**
     * A dump by its id, whatever vmcore it is of.
     *
     * @throws IllegalArgumentException when it is no dump id
     * @throws CaptureException when the cluster does not answer
     */
    public Optional<BegunDump> named(String dumpId) {
        long since = DumpId.millis(dumpId) - SKEW_MILLIS;
        Map<String, BegunDump> found = new HashMap<>();
        int partitions = log.partitions(topic);
        int partition = Keys.partPartition(dumpId, 0, partitions);
        read(
                partition,
                log.offsetAt(topic, partition, since),
                found,
                dump -> dump.dumpId().equals(dumpId));
        return Optional.ofNullable(found.get(dumpId));
    }

    /**
     * Waits until it is certain that nobody captures a dump now, and returns what is said of it then; empty when somebody does.
     *
     * @throws CaptureException when the cluster does not answer
     */
    public Optional<BegunDump> awaitSilence(BegunDump dump, Duration silence) throws InterruptedException {
        if (dump.captured() || dump.failed()) {
            return Optional.of(dump);
        }
        long left = dump.toldAt() + silence.toMillis() - clock.getAsLong();
        if (left > 0) {
            Thread.sleep(Math.min(left, silence.toMillis()));
        }
        Map<String, BegunDump> found = new HashMap<>();
        read(dump.partition(), dump.offset() + 1, found, newer -> newer.dumpId().equals(dump.dumpId()));
        BegunDump newer = found.getOrDefault(dump.dumpId(), dump);
        boolean alive = newer != dump && !newer.captured() && !newer.failed();
        return alive ? Optional.empty() : Optional.of(newer);
    }

    /** Takes the last record of each dump that is wanted. */
    private void read(int partition, long from, Map<String, BegunDump> into, Predicate<BegunDump> wanted) {
        log.read(topic, partition, from, log.end(topic, partition), record -> {
            String key = key(record);
            if (!key.endsWith(LOG_SUFFIX) && !Keys.isDumpPart(key)) {
                take(key, record, into, wanted);
            }
            return true;
        });
    }

    private static void take(
            String key,
            ConsumerRecord<ByteBuffer, ByteBuffer> record,
            Map<String, BegunDump> into,
            Predicate<BegunDump> wanted) {
        into.remove(key);
        if (record.value() == null) {
            return;
        }
        try {
            BegunDump dump = BegunDump.of(key, record);
            if (wanted.test(dump)) {
                into.put(key, dump);
            }
        } catch (MalformedRecordException e) {
            LOG.debug("{}", e.getMessage());
        }
    }

    private static String key(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        return record.key() == null
                ? ""
                : StandardCharsets.UTF_8.decode(record.key().duplicate()).toString();
    }

    @Override
    public void close() {
        log.close();
    }
}
