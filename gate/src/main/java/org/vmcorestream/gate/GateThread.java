// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * Follows the topics as a member of the group of gates. The member that topic admissions' only partition is assigned to is at
 * work: it reads that topic from its beginning, then what happened since to the dumps that are not done, and then decides. Nothing
 * is kept anywhere else, so the next member knows all of it. Belongs to one thread, but for {@link #stop}.
 */
final class GateThread implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(GateThread.class);

    private static final Duration BUSY = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration ASK = Duration.ofSeconds(5);
    /** Partitions that are added later are found that often. */
    private static final long LOOK_NANOS = Duration.ofMinutes(5).toNanos();

    private static final long CLOCK_SKEW_MILLIS = 10 * 60_000L;

    private final GateSettings settings;
    private final Consumer<ByteBuffer, ByteBuffer> member;
    private final Consumer<ByteBuffer, ByteBuffer> reader;
    private final GateOutbox outbox;
    private final DiskWatch disk;
    private final GateListener listener;
    private final Clock clock;
    private final TopicPartition admissions;
    private volatile boolean stopped;
    private boolean owner;
    private boolean behind;
    private boolean live;
    private AdmissionBook book;
    private long lookAt = System.nanoTime() + LOOK_NANOS;

    GateThread(
            GateSettings settings,
            Consumer<ByteBuffer, ByteBuffer> member,
            Consumer<ByteBuffer, ByteBuffer> reader,
            GateOutbox outbox,
            DiskWatch disk,
            GateListener listener,
            Clock clock) {
        this.settings = settings;
        this.member = member;
        this.reader = reader;
        this.outbox = outbox;
        this.disk = disk;
        this.listener = listener;
        this.clock = clock;
        admissions = new TopicPartition(settings.topics().admissions(), 0);
        book = new AdmissionBook(settings);
    }

    /** Works until it is stopped; throws what makes that impossible. */
    void run() throws InterruptedException {
        member.subscribe(List.of(admissions.topic()), this);
        while (!stopped) {
            try {
                step();
            } catch (WakeupException e) {
                continue;
            } catch (RetriableException e) {
                LOG.debug("the cluster does not answer: {}", OneLine.of(e));
                behind = true;
                Thread.sleep(IDLE.toMillis());
            }
        }
    }

    /** Reads a little, decides, and says so. */
    void step() {
        boolean busy = live && book.tickets() > 0;
        Iterable<ConsumerRecord<ByteBuffer, ByteBuffer>> records = member.poll(busy ? BUSY : IDLE);
        if (!owner) {
            return;
        }
        if (behind) {
            catchUp();
            return;
        }
        records.forEach(this::accept);
        reader.poll(busy ? BUSY : Duration.ZERO).forEach(this::accept);
        Exception lost = outbox.takeLost();
        if (lost != null) {
            LOG.warn("what was said did not arrive, topic admissions is read anew: {}", OneLine.of(lost));
            behind = true;
            return;
        }
        if (System.nanoTime() - lookAt >= 0) {
            lookAt = System.nanoTime() + LOOK_NANOS;
            behind = !reader.assignment().containsAll(followed());
        }
        disk.ask(book.tickets() > 0);
        if (book.tickets() > 0) {
            List<Admission> said = book.decide(clock.millis(), disk.view());
            outbox.send(said);
            said.forEach(listener::said);
        }
    }

    /** Makes the book anew from what is on the topics. */
    private void catchUp() {
        live = false;
        book = new AdmissionBook(settings);
        // The ends come first: what is read of admissions afterwards has its files and ends behind them, or is asked
        // for.
        Map<TopicPartition, Long> from = new HashMap<>(reader.endOffsets(followed(), ASK));
        member.seekToBeginning(List.of(admissions));
        long end = member.endOffsets(List.of(admissions), ASK).get(admissions);
        while (owner && !stopped && member.position(admissions, ASK) < end) {
            member.poll(BUSY).forEach(this::accept);
        }
        book.oldest().ifPresent(oldest -> goBack(from, openedAt(oldest)));
        reader.assign(from.keySet());
        from.forEach(reader::seek);
        Map<TopicPartition, Long> left = new HashMap<>(reader.endOffsets(from.keySet(), ASK));
        while (owner && !stopped && !left.isEmpty()) {
            left.keySet().removeIf(partition -> reader.position(partition, ASK) >= left.get(partition));
            if (!left.isEmpty()) {
                reader.poll(BUSY).forEach(this::accept);
            }
        }
        if (owner && !stopped) {
            book.live(clock.millis());
            live = true;
            behind = false;
            listener.active(book.tickets() - book.waiting(), book.waiting(), book.inFlight());
        }
    }

    private List<TopicPartition> followed() {
        return List.of(settings.topics().dumps(), settings.topics().dumpFiles()).stream()
                .flatMap(topic -> reader.partitionsFor(topic, ASK).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private void goBack(Map<TopicPartition, Long> from, long time) {
        Map<TopicPartition, Long> times = new HashMap<>();
        from.keySet().forEach(partition -> times.put(partition, time));
        reader.offsetsForTimes(times, ASK).forEach((partition, found) -> {
            if (found != null) {
                from.merge(partition, found.offset(), Math::min);
            }
        });
    }

    /** When a dump was opened, as its id says; none is older than what topic admissions keeps. */
    private long openedAt(String dumpId) {
        long oldest = clock.millis() - 2 * TopicPlan.ADMISSION_RETENTION.toMillis();
        return Math.max(oldest, (UUID.fromString(dumpId).getMostSignificantBits() >>> 16) - CLOCK_SKEW_MILLIS);
    }

    private void accept(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        try {
            String key = record.key() == null
                    ? ""
                    : StandardCharsets.UTF_8.decode(record.key().duplicate()).toString();
            if (record.topic().equals(settings.topics().admissions())) {
                acceptAdmission(key, record);
            } else if (record.topic().equals(settings.topics().dumps())) {
                acceptDump(key, record);
            } else {
                acceptFile(key, record);
            }
        } catch (MalformedRecordException e) {
            String problem =
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + e.getMessage();
            LOG.warn("{}", OneLine.of(problem));
            if (live && record.topic().equals(settings.topics().admissions())) {
                // Of the other topics, those whom they are made for take care.
                outbox.deadLetter(record, problem);
            }
        }
    }

    private void acceptAdmission(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record)
            throws MalformedRecordException {
        if (record.value() == null) {
            return;
        }
        boolean isRequest = key.endsWith(Keys.REQUEST);
        String dumpId = isRequest ? key.substring(0, key.length() - Keys.REQUEST.length()) : key;
        if (!DumpCheck.isDumpId(dumpId)) {
            throw new MalformedRecordException(
                    "key is '" + OneLine.of(key) + "', expected a dump id, with or without " + Keys.REQUEST);
        }
        if (isRequest) {
            AdmissionRequest request = RecordCodec.decode(record.value(), AdmissionRequest.class);
            requireSame(dumpId, request.getDumpId());
            if (!book.request(request, clock.millis())) {
                throw new MalformedRecordException("request of " + request.getBytes() + " bytes, "
                        + request.getPages() + " pages and " + request.getFiles() + " files is refused, expected 0 or"
                        + " more of each and at most " + AdmissionBook.MAX_TICKETS + " dumps at once");
            }
        } else {
            Admission admission = RecordCodec.decode(record.value(), Admission.class);
            requireSame(dumpId, admission.getDumpId());
            book.admission(admission, clock.millis());
        }
    }

    private void acceptDump(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record) throws MalformedRecordException {
        if (!book.knows(key)) {
            return;
        }
        if (record.value() == null) {
            book.gone(key);
            return;
        }
        Dump dump = RecordCodec.decode(record.value(), Dump.class);
        DumpCheck.check(dump, key, DumpCheck.ANY_PARTITIONS);
        book.dump(dump, clock.millis());
    }

    private void acceptFile(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record) throws MalformedRecordException {
        int slash = key.indexOf('/');
        if (slash < 0 || record.value() == null || !book.knows(key.substring(0, slash))) {
            return;
        }
        DumpFile file = RecordCodec.decode(record.value(), DumpFile.class);
        requireSame(key.substring(0, slash), file.getDumpId());
        book.file(file, record.timestamp());
    }

    private static void requireSame(String key, String dumpId) throws MalformedRecordException {
        if (!key.equals(dumpId)) {
            throw new MalformedRecordException(
                    "key names dump " + OneLine.of(key) + ", the record " + OneLine.of(dumpId));
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        if (partitions.contains(admissions)) {
            owner = true;
            behind = true;
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        if (partitions.contains(admissions)) {
            owner = false;
            live = false;
            book = new AdmissionBook(settings);
            listener.standby();
        }
    }

    /** Makes {@link #run} return; can be called from any thread. */
    void stop() {
        stopped = true;
        member.wakeup();
    }
}
