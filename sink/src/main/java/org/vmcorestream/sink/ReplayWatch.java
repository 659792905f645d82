// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReplayOutcome;

/**
 * Follows all of topic replays, from its beginning at each start, and has the board make the files that replays want. Nothing
 * is committed: what is done is known from dump-files. An outcome may come before its dump, or the dump may come later from
 * another sink, so outcomes are kept, and where there were too many the topic is read again when dumps have come. Belongs to
 * one thread, but for {@link #ring} and {@link #stop}.
 */
final class ReplayWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayWatch.class);
    private static final Duration WAIT = Duration.ofMillis(500);

    /** How often the topic may be read again from its beginning. */
    private static final long REWIND_MILLIS = 60_000;

    /** Replays looked at in a row that cannot be begun for now. */
    private static final int MOST_TRIED = 16;

    private final StageTools tools;
    private final DumpBoard board;
    private final LogReader reader;
    private final int verdictPartitions;
    private final TopicTail tail;
    private final PendingReplays pending = new PendingReplays();
    /** By partition, the last offset whose problem was told. */
    private final Map<Integer, Long> told = new HashMap<>();

    private final Semaphore bell = new Semaphore(0);
    private volatile boolean stopped;
    private Publication answer;
    private long sorted;
    private long rewound;
    private long rewoundAt;

    /**
     * @param reader for this class alone
     * @param partitions partitions of topic replays
     * @param verdictPartitions partitions of topic verdicts
     */
    ReplayWatch(StageTools tools, DumpBoard board, LogReader reader, int partitions, int verdictPartitions) {
        this.tools = tools;
        this.board = board;
        this.reader = reader;
        this.verdictPartitions = verdictPartitions;
        tail = new TopicTail(tools.topics().replays(), partitions);
        rewound = tools.clock().millis();
    }

    /** Follows the topic until it is stopped; throws what makes that impossible. */
    void run() throws InterruptedException {
        while (!stopped) {
            try {
                step();
            } catch (RetriableException e) {
                LOG.debug("{}: {}", tools.topics().replays(), e.getMessage());
            }
            bell.tryAcquire(WAIT.toMillis(), TimeUnit.MILLISECONDS);
            bell.drainPermits();
        }
    }

    /** Reads what is new, and has files begun as far as there is room for them. */
    void step() {
        long now = board.changes();
        if (now != sorted) {
            pending.sort(this::isOurs);
            sorted = now;
        }
        rewindWhereNeeded(now);
        boolean all = tail.readOn(reader, this::accept);
        if (all || pending.full()) {
            begin();
        }
    }

    private void rewindWhereNeeded(long changes) {
        long time = tools.clock().millis();
        if (pending.forgot() && changes != rewoundAt && time - rewound >= REWIND_MILLIS) {
            pending.remembers();
            tail.rewind();
            rewound = time;
            rewoundAt = changes;
        }
    }

    private boolean isOurs(String dumpId) {
        return board.newest(dumpId).isPresent();
    }

    private boolean accept(LogRecord record) {
        if (record.value() == null || stopped) {
            return !stopped;
        }
        boolean isOurs = isOurs(record.keyText());
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (!(message instanceof ReplayOutcome outcome) || !ReplayPlan.wantsFile(outcome)) {
                return true;
            }
            ReplayPlan plan = ReplayPlan.of(outcome, record.keyText(), verdictPartitions);
            PendingReplays.Wish wish = new PendingReplays.Wish(
                    plan.dumpId(),
                    plan.ruleSet(),
                    plan.replayId(),
                    plan.decidedAt(),
                    new LogPlace(record.partition(), record.offset()));
            return isDone(wish) || pending.offer(wish, isOurs);
        } catch (MalformedRecordException | RuntimeException e) {
            // Once, though the topic may be read again, and only by the sink that would have to make the file.
            if (isOurs && record.offset() > told.getOrDefault(record.partition(), -1L)) {
                told.put(record.partition(), record.offset());
                tell(record, e);
            }
            return true;
        }
    }

    private void tell(LogRecord record, Exception e) {
        String problem = record.place() + ": " + Problems.line(e);
        LOG.error("{}", problem);
        tools.outbox().deadLetter(record, problem);
        tools.listener().failed(Problems.line(record.dumpId()), "", problem);
    }

    private boolean isDone(PendingReplays.Wish wish) {
        return tools.finished().replayed(wish.dumpId(), wish.ruleSet(), wish.replayId())
                || board.failed(wish.dumpId(), wish.ruleSet(), wish.replayId());
    }

    /**
     * A complete file that was written after the replay was decided is what it asks for: nothing is made, dump-files says it
     * again with the replay's id.
     *
     * @return false when the file's record is not where it was
     */
    private boolean answer(PendingReplays.Wish wish) {
        Optional<LogRecord> record = tools.finished()
                .place(wish.dumpId(), wish.ruleSet())
                .flatMap(place -> TopicTail.one(reader, tools.topics().dumpFiles(), place));
        if (record.isEmpty() || record.get().value() == null) {
            return false;
        }
        try {
            DumpFile file = RecordCodec.decode(record.get().value(), DumpFile.class);
            answer = new Publication(
                    tools.outbox(), FileReport.answer(file, wish.replayId()), DumpPlan.UNPLACED, this::ring);
            return true;
        } catch (MalformedRecordException e) {
            LOG.warn("{}: {}", record.get().place(), e.getMessage());
            return false;
        }
    }

    /** Whether nothing is on its way to dump-files. */
    private boolean answered() {
        if (answer != null && answer.step() == Step.DONE) {
            tools.finished().put(answer.file(), Long.MAX_VALUE, answer.place());
            answer = null;
        }
        return answer == null;
    }

    /** Begins what can be begun; one that cannot be for now holds up no other. */
    private void begin() {
        Set<PendingReplays.Wish> later = new HashSet<>();
        while (!stopped && answered() && !board.full() && later.size() < MOST_TRIED) {
            PendingReplays.Wish wish = choose(later);
            if (wish == null) {
                return;
            }
            if (!begin(wish)) {
                later.add(wish);
            }
        }
    }

    /** The first one whose dump's capture has ended, else the first one; those that are done are forgotten on the way. */
    private PendingReplays.Wish choose(Set<PendingReplays.Wish> later) {
        PendingReplays.Wish open = null;
        for (Iterator<PendingReplays.Wish> each = pending.ours(); each.hasNext(); ) {
            PendingReplays.Wish wish = each.next();
            if (isDone(wish)) {
                each.remove();
                continue;
            }
            Optional<DumpBoard.Newest> dump = board.newest(wish.dumpId());
            if (dump.isEmpty() || board.busy(wish.dumpId(), wish.ruleSet()) || later.contains(wish)) {
                continue;
            }
            if (dump.get().ended()) {
                return wish;
            }
            open = open == null ? wish : open;
        }
        return open;
    }

    private boolean begin(PendingReplays.Wish wish) {
        if (tools.finished().completeSince(wish.dumpId(), wish.ruleSet(), wish.decidedAt()) && answer(wish)) {
            return true;
        }
        Optional<LogRecord> outcome = TopicTail.one(reader, tools.topics().replays(), wish.place());
        if (outcome.isEmpty()) {
            LOG.warn("replay {} of dump {}: its outcome has expired", wish.replayId(), wish.dumpId());
            pending.remove(wish);
            return true;
        }
        Optional<DumpBoard.Newest> newest = board.newest(wish.dumpId());
        Optional<LogRecord> dump =
                newest.flatMap(there -> TopicTail.one(reader, tools.topics().dumps(), there.place()));
        if (dump.isEmpty()) {
            return false;
        }
        try {
            ReplayOutcome record = RecordCodec.decode(outcome.get().value(), ReplayOutcome.class);
            ReplayPlan replay = ReplayPlan.of(record, outcome.get().keyText(), verdictPartitions);
            return board.replay(replay, board.plan(dump.get()), newest.get());
        } catch (MalformedRecordException | RuntimeException e) {
            pending.remove(wish);
            board.fail(wish.dumpId(), wish.ruleSet(), wish.replayId());
            tell(outcome.get(), e);
            return true;
        }
    }

    /** Replays that are waited for, of this sink's dumps and of others. */
    int pending() {
        return pending.size();
    }

    /** Says that a file has been made, so that the next one can be begun; can be called from any thread. */
    void ring() {
        bell.release();
    }

    /** Makes {@link #run} return; can be called from any thread. */
    void stop() {
        stopped = true;
        ring();
    }

    @Override
    public void close() {
        reader.close();
    }
}
