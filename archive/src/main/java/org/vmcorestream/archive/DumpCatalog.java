// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;

/** The dumps of a cluster, found by id or by time. Belongs to one thread. */
public final class DumpCatalog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DumpCatalog.class);

    /** Some 30,000 years away. */
    private static final long LATEST_SECOND = 1L << 40;

    private static final int FETCH_BYTES = 1 << 20;

    /** Most memory of the dumps that a scan has to hold to give them out by age. */
    private static final long MAX_HELD_BYTES = 96L << 20;

    private final Supplier<LogCursor> cursors;
    private final String topic;
    private final long maxHeldBytes;
    private DumpLog log;

    DumpCatalog(Supplier<LogCursor> cursors, String topic, long maxHeldBytes) {
        this.cursors = cursors;
        this.topic = topic;
        this.maxHeldBytes = maxHeldBytes;
    }

    /** A catalog; asks the cluster nothing yet. */
    public static DumpCatalog open(Map<String, Object> client, Topics topics) {
        Map<String, Object> settings = Map.copyOf(client);
        return new DumpCatalog(() -> LogCursor.open(settings, FETCH_BYTES), topics.dumps(), MAX_HELD_BYTES);
    }

    /**
     * A dump by its id. An id says when the dump was opened, so only what one partition holds from then on is read, until the
     * dump was captured; one that failed may have gone on. A dump that is not found there is looked for in the other partitions too, for the topic may have had fewer
     * once; of them only a day is read.
     *
     * @throws ArchiveException when the cluster does not answer, or the dump's record cannot be read
     */
    public Optional<StoredDump> find(String dumpId) {
        if (!DumpCheck.isDumpId(dumpId)) {
            throw new ArchiveException("dump id '" + OneLine.of(dumpId) + "', expected a UUID of 36 characters");
        }
        int partitions = log().cursor().partitions(topic);
        int usual = Utils.toPositive(Utils.murmur2(Keys.dump(dumpId))) % partitions;
        long earliest = DumpTimes.earliest(dumpId);
        Optional<StoredDump> found = find(dumpId, usual, earliest, Long.MAX_VALUE);
        long latest = earliest == 0 ? Long.MAX_VALUE : DumpTimes.latest(earliest + DumpTimes.SKEW.toMillis());
        for (int partition = 0; partition < partitions && found.isEmpty(); partition++) {
            if (partition != usual) {
                found = find(dumpId, partition, earliest, latest);
            }
        }
        return found;
    }

    private Optional<StoredDump> find(String dumpId, int partition, long earliest, long latest) {
        LastRecord last = new LastRecord(dumpId);
        long from = log().cursor().offsetAt(topic, partition, earliest);
        log().read(topic, partition, from, endAt(partition, latest), last, problem -> LOG.warn("{}", problem));
        return last.found();
    }

    /** Offset of the first record of a partition that is not older than a time; of its end when that is to come. */
    private long endAt(int partition, long millis) {
        LogCursor cursor = log().cursor();
        return millis > System.currentTimeMillis()
                ? cursor.end(topic, partition)
                : cursor.offsetAt(topic, partition, millis);
    }

    /** The last record of one dump. */
    private static final class LastRecord implements DumpLog.Visitor {
        private final String dumpId;
        private Dump dump;
        private MalformedRecordException problem;

        LastRecord(String dumpId) {
            this.dumpId = dumpId;
        }

        @Override
        public boolean record(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record) {
            if (!key.equals(dumpId)) {
                return true;
            }
            dump = null;
            problem = null;
            if (record.value() == null) {
                return true;
            }
            try {
                dump = DumpLog.dump(key, record);
                dump.getManifest().setNotes(DumpLog.copy(dump.getManifest().getNotes()));
                dump.getManifest().setVmcoreinfo(DumpLog.copy(dump.getManifest().getVmcoreinfo()));
                return dump.getState() != DumpState.CAPTURED;
            } catch (MalformedRecordException e) {
                problem = e;
                return true;
            }
        }

        Optional<StoredDump> found() {
            if (problem != null) {
                throw new ArchiveException("dump " + dumpId + " cannot be read: " + problem.getMessage(), problem);
            }
            return Optional.ofNullable(dump).map(StoredDump::of);
        }
    }

    /**
     * Every dump opened from {@code from} to before {@code to}, oldest first, its last record each, without the notes of the
     * vmcore; a record that cannot be read is told to {@code unreadable} in one line. What was sent before {@code from} is not
     * read, nor what was sent more than a day after {@code to}: a dump whose capture took longer than that can be missed, or be
     * told as it was then.
     *
     * <p>Of a dump some thousand bytes are held until all partitions were read. With more dumps than fit 96 MiB those that
     * ended are given out while others are still read, and then the oldest of those known come first.
     *
     * @throws ArchiveException when the cluster does not answer
     */
    public void scan(Instant from, Instant to, Consumer<StoredDump> each, Consumer<String> unreadable) {
        HeldDumps held = new HeldDumps(maxHeldBytes, each);
        long first = millis(from);
        long behind = millis(to);
        for (Range range : ranges(first, behind)) {
            log().read(
                            topic,
                            range.partition(),
                            range.from(),
                            range.end(),
                            (key, record) -> {
                                accept(key, record, first, behind, held, unreadable);
                                return true;
                            },
                            unreadable);
        }
        held.giveOut();
    }

    /** What of a partition has to be read. */
    private record Range(int partition, long from, long end) {}

    private List<Range> ranges(long first, long behind) {
        LogCursor cursor = log().cursor();
        int partitions = cursor.partitions(topic);
        List<Range> ranges = new ArrayList<>();
        long skew = DumpTimes.SKEW.toMillis();
        long last = DumpTimes.latest(behind);
        for (int partition = 0; partition < partitions; partition++) {
            long from = cursor.offsetAt(topic, partition, first - skew);
            ranges.add(new Range(partition, from, endAt(partition, last)));
        }
        return ranges;
    }

    private static void accept(
            String key,
            ConsumerRecord<ByteBuffer, ByteBuffer> record,
            long first,
            long behind,
            HeldDumps held,
            Consumer<String> unreadable) {
        if (record.value() == null) {
            held.drop(key);
            return;
        }
        try {
            Dump dump = DumpLog.dump(key, record);
            long openedAt = dump.getManifest().getOpenedAt();
            if (openedAt >= first && openedAt < behind) {
                held.put(dump);
            }
        } catch (MalformedRecordException e) {
            held.drop(key);
            unreadable.accept(e.getMessage());
        }
    }

    /** A time in milliseconds since 1970-01-01 UTC, cut to what record times can be. */
    private static long millis(Instant time) {
        return Math.max(0, Math.min(time.getEpochSecond(), LATEST_SECOND)) * 1000 + time.getNano() / 1_000_000;
    }

    private DumpLog log() {
        if (log == null) {
            log = new DumpLog(cursors.get());
        }
        return log;
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
    }
}
