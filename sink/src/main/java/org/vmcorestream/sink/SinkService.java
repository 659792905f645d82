// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpDraft;

/** The door to the sink: one instance of the service that makes files of dumps. */
public final class SinkService implements AutoCloseable {
    /** Where the file of an assembly goes. */
    @FunctionalInterface
    public interface Placement {
        /** Final name of the file of a dump's manifest under a rule set; {@code primary} for the first rule set asked for. */
        Path fileOf(Manifest manifest, String ruleSet, boolean primary);

        /** What holds the files under these names. */
        default FileStore files() {
            return FileStore.LOCAL;
        }
    }

    /** Told what happens to files. Called from the sink's threads; must return at once. */
    public interface Listener {
        /** {@code done} of {@code total} kept pages of an assembly are in its file. */
        default void copying(String dumpId, String ruleSet, long done, long total) {}

        /**
         * A file got its final name; what is said of it is also on topic dump-files. {@link DumpFile#getReplayId} names the
         * replay that asked for it.
         */
        default void finished(DumpFile file) {}

        /**
         * A replay is done and has changed nothing, because its file would have lacked pages that the one that stands has. The
         * last problem of {@code file} says so; all else that is said of it is said of the one that stands.
         */
        default void kept(DumpFile file) {}

        /**
         * An assembly waits for room on its disk: how much, in one line. It goes on, or is begun anew, as soon as there is room.
         */
        default void waiting(String dumpId, String ruleSet, String problem) {}

        /** An assembly could not be done: why, in one line. */
        default void failed(String dumpId, String ruleSet, String problem) {}
    }

    /**
     * How the sink works.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     * @param topics names of the topics
     * @param groupId consumer group of the sinks that share the work
     * @param name which sink this is, for dump-files
     * @param placement where files go
     * @param codec codec of the files; empty for that of the capture, zstd where that only travels
     * @param ruleSets made into files for dumps that ask for none
     * @param assemblies files made at once, at least 1
     * @param stallTimeout after this long without anything new a dump is finished with what there is
     */
    public record Settings(
            Map<String, Object> client,
            Topics topics,
            String groupId,
            String name,
            Placement placement,
            Optional<PageCodec> codec,
            List<String> ruleSets,
            int assemblies,
            Duration stallTimeout) {
        /** Checks what can be checked without a cluster. */
        public Settings {
            client = Map.copyOf(client);
            ruleSets = List.copyOf(ruleSets);
            if (assemblies < 1) {
                throw new IllegalArgumentException("assemblies is " + assemblies + ", expected 1 or more");
            }
            if (stallTimeout.isNegative() || stallTimeout.isZero()) {
                throw new IllegalArgumentException("stall timeout is " + stallTimeout + ", expected more than nothing");
            }
            if (codec.isPresent() && !codec.get().storable()) {
                throw new IllegalArgumentException("a kdump file cannot hold codec " + codec.get());
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(SinkService.class);

    /** How long topics may be missing at the start: whoever makes them may start at the same time. */
    private static final Duration TOPICS_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration ASK = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration STOP = Duration.ofSeconds(60);

    /** Readers that may be open besides those of assemblies that are at work, where the heap is large. */
    private static final int MAX_READERS = 32;

    /** Readers that are open before the first dump comes: what one of two stripes takes. */
    private static final int WARM_READERS = 4;

    /** Part of the heap that files that are begun may take, and part of it that readers may take. */
    private static final int HEAP_PART = 4;

    /** What a file that is begun holds of its verdicts at most; about as much of pages is gathered beside the heap. */
    private static final long FILE_BYTES = 2L << 20;

    /** What a reader may hold: a fetch, and the one fetched ahead of it. */
    private static final long READER_BYTES = 2L * ClientSettings.FETCH_BYTES;

    private final Settings settings;
    private final Listener listener;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "sink-dumps");
    private volatile boolean closed;
    private volatile DumpWatch watch;

    /**
     * A service that does nothing yet.
     *
     * @param listener told what happens
     */
    public SinkService(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        thread.setDaemon(true);
    }

    /** Starts the service's threads and returns at once. */
    public void start() {
        thread.start();
    }

    /** Why it stopped by itself; empty while all is well. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void run() {
        try (KafkaOutbox outbox =
                new KafkaOutbox(new KafkaProducer<>(ClientSettings.producer(settings.client())), settings.topics())) {
            follow(outbox);
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void follow(KafkaOutbox outbox) throws InterruptedException {
        Topics topics = settings.topics();
        LogReaders readers = () -> new KafkaLogReader(new KafkaConsumer<>(ClientSettings.reader(settings.client())));
        Map<String, Integer> partitions = partitions();
        if (closed) {
            return;
        }
        FinishedFiles finished = new FinishedFiles(topics.dumpFiles(), partitions.get(topics.dumpFiles()));
        long heapPart = Runtime.getRuntime().maxMemory() / HEAP_PART;
        int mostReaders = mostReaders(settings.assemblies(), heapPart);
        int assemblies = Math.min(settings.assemblies(), mostReaders);
        if (assemblies < settings.assemblies()) {
            LOG.warn(
                    "{} files at once need a larger heap: {} are made at once with {} MiB",
                    settings.assemblies(),
                    assemblies,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
        try (SharedReaders shared = new SharedReaders(readers, mostReaders, Clock.systemUTC())) {
            StageTools tools = new StageTools(
                    topics,
                    settings.name(),
                    shared,
                    outbox,
                    KdumpDraft::begin,
                    settings.placement(),
                    settings.codec(),
                    finished,
                    new GuardedListener(listener),
                    settings.stallTimeout(),
                    QUIET,
                    Clock.systemUTC(),
                    new FilePlaces(mostFiles(assemblies, heapPart)),
                    new DiskSpace(Files::getFileStore));
            follow(tools, readers, partitions, assemblies);
        }
    }

    private void follow(StageTools tools, LogReaders readers, Map<String, Integer> partitions, int assemblies)
            throws InterruptedException {
        Topics topics = settings.topics();
        AtomicReference<DumpBoard> boards = new AtomicReference<>();
        AtomicReference<ReplayWatch> replayWatches = new AtomicReference<>();
        try (AssemblyPool pool = new AssemblyPool(
                assemblies,
                assembly -> {
                    boards.get().ended(assembly);
                    replayWatches.get().ring();
                },
                this::fail,
                Clock.systemUTC())) {
            int dataPartitions = Math.min(partitions.get(topics.verdicts()), partitions.get(topics.pageData()));
            DumpBoard board = new DumpBoard(
                    tools,
                    settings.ruleSets(),
                    pool::start,
                    partitions.get(topics.dumps()),
                    dataPartitions,
                    AssemblyPool.replays(assemblies));
            boards.set(board);
            ReplayWatch replays = new ReplayWatch(
                    tools, board, readers.open(), partitions.get(topics.replays()), partitions.get(topics.verdicts()));
            replayWatches.set(replays);
            warmUp(readers, tools.readers(), topics.pageData(), partitions.get(topics.pageData()));
            try (ReplayThread following = new ReplayThread(replays, this::fail);
                    DumpWatch watching = new DumpWatch(
                            new KafkaConsumer<>(ClientSettings.member(settings.client(), settings.groupId())),
                            topics.dumps(),
                            board,
                            tools.finished(),
                            readers.open())) {
                watch = watching;
                following.start();
                if (!closed) {
                    watching.run();
                }
            } finally {
                watch = null;
                board.revokeAll();
            }
        }
    }

    private static void warmUp(LogReaders readers, SharedReaders shared, String topic, int partitions) {
        Thread thread = new Thread(new ReaderWarmUp(readers, shared, topic, partitions, WARM_READERS), "sink-readers");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many files may be begun at once: each takes about as much, whatever the size of its dump. */
    static int mostFiles(int assemblies, long heapPart) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(2L * assemblies, heapPart / FILE_BYTES));
    }

    /** How many readers may be open at once: what they fetch has to fit into its part of the heap. */
    static int mostReaders(int assemblies, long heapPart) {
        return (int) Math.max(2, Math.min((long) MAX_READERS + assemblies, heapPart / READER_BYTES));
    }

    /** Partitions of the topics that are read, once all of them are there. */
    private Map<String, Integer> partitions() throws InterruptedException {
        Topics topics = settings.topics();
        long deadline = System.nanoTime() + TOPICS_TIMEOUT.toNanos();
        Map<String, Integer> found = new HashMap<>();
        try (Consumer<ByteBuffer, ByteBuffer> consumer =
                new KafkaConsumer<>(ClientSettings.reader(settings.client()))) {
            for (String topic : List.of(
                    topics.dumps(), topics.verdicts(), topics.pageData(), topics.dumpFiles(), topics.replays())) {
                while (!closed && !found.containsKey(topic)) {
                    int count = partitions(consumer, topic, deadline);
                    if (count > 0) {
                        found.put(topic, count);
                    } else {
                        Thread.sleep(200);
                    }
                }
            }
        }
        return found;
    }

    private static int partitions(Consumer<ByteBuffer, ByteBuffer> consumer, String topic, long deadline) {
        RetriableException reason = null;
        try {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic, ASK);
            if (partitions != null && !partitions.isEmpty()) {
                return partitions.size();
            }
        } catch (RetriableException e) {
            reason = e;
        }
        if (System.nanoTime() - deadline > 0) {
            throw new UnknownTopicOrPartitionException(
                    "topic " + topic + " is not there" + (reason == null ? "" : ": " + reason.getMessage()), reason);
        }
        return 0;
    }

    private void fail(Throwable problem) {
        if (failure.compareAndSet(null, problem)) {
            LOG.error("the sink stops: {}", Problems.line(problem));
        }
        stop();
    }

    private void stop() {
        closed = true;
        DumpWatch watching = watch;
        if (watching != null) {
            watching.stop();
        }
    }

    /** Stops; what is not finished is dropped and made again at the next start. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
