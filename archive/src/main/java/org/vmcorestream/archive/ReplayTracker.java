// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;

/**
 * Follows a replay: what becomes of its requests, and the files that are made. Of a dump it holds its id and no more. Belongs
 * to one thread.
 */
public final class ReplayTracker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayTracker.class);
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final int MAX_COUNTS = 256;

    private final LogTail tail;
    private final String replayId;
    private final String ruleSet;
    private final boolean verdictsOnly;

    /** Dumps that something is still to come of; the time of the verdicts, 0 while there are none. */
    private final Map<String, Long> waiting = new HashMap<>();

    /** @param tail begun before the first request was sent */
    ReplayTracker(LogTail tail, String replayId, String ruleSet, boolean verdictsOnly, Collection<String> dumpIds) {
        this.tail = tail;
        this.replayId = replayId;
        this.ruleSet = ruleSet;
        this.verdictsOnly = verdictsOnly;
        dumpIds.forEach(id -> waiting.put(id, 0L));
    }

    /** Which replay. */
    public String replayId() {
        return replayId;
    }

    /** Dumps that something is still to come of: a verdict, or a file. */
    public List<String> waiting() {
        return List.copyOf(new TreeSet<>(waiting.keySet()));
    }

    /** Those of them that are decided, and wait for their file. */
    public int waitingForFiles() {
        return (int)
                waiting.values().stream().filter(decidedAt -> decidedAt > 0).count();
    }

    /**
     * Follows the replay until nothing more is to come, or the time is over.
     *
     * @param time how long at most
     * @return whether nothing more is to come
     * @throws ClusterException when the cluster refuses
     */
    public boolean await(Duration time, ReplayListener listener) {
        long giveUp = System.nanoTime() + time.toNanos();
        while (!waiting.isEmpty()) {
            long left = giveUp - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record :
                    tail.poll(left < WAIT.toNanos() ? Duration.ofNanos(left) : WAIT)) {
                accept(record, listener);
            }
        }
        return true;
    }

    private void accept(ConsumerRecord<ByteBuffer, ByteBuffer> record, ReplayListener listener) {
        if (record.value() == null) {
            return;
        }
        try {
            SpecificRecordBase message = RecordCodec.decode(record.value());
            if (message instanceof ReplayOutcome outcome) {
                accept(outcome, listener);
            } else if (message instanceof DumpFile file) {
                accept(file, listener);
            }
        } catch (MalformedRecordException e) {
            LOG.warn("{} is passed over: {}", LogTail.place(record), OneLine.of(e));
        }
    }

    private void accept(ReplayOutcome outcome, ReplayListener listener) throws MalformedRecordException {
        Long decidedAt = waiting.get(outcome.getDumpId());
        if (!outcome.getReplayId().equals(replayId) || decidedAt == null || decidedAt > 0) {
            return;
        }
        checkCounts(outcome.getCounts());
        checkCounts(outcome.getNotCaptured());
        boolean refused = !outcome.getProblem().isEmpty();
        if (refused || verdictsOnly) {
            waiting.remove(outcome.getDumpId());
        } else {
            waiting.put(outcome.getDumpId(), Math.max(1, outcome.getDecidedAt()));
        }
        if (refused) {
            outcome.setProblem(OneLine.of(outcome.getProblem()));
            listener.refused(outcome);
        } else {
            listener.decided(outcome);
        }
    }

    /**
     * A file counts that was made for this replay, or for another one of the same rule set since then: it took its place. Parts of a
     * dump never are: a replay makes one file of all of it.
     */
    private void accept(DumpFile file, ReplayListener listener) throws MalformedRecordException {
        Long decidedAt = waiting.get(file.getDumpId());
        if (decidedAt == null
                || verdictsOnly
                || file.getParts() > 1
                || !file.getRuleSet().equals(ruleSet)) {
            return;
        }
        boolean later = decidedAt > 0 && !file.getReplayId().isEmpty() && file.getWrittenAt() >= decidedAt;
        if (!file.getReplayId().equals(replayId) && !later) {
            return;
        }
        checkCounts(file.getCounts());
        checkCounts(file.getMissing());
        file.setLocation(OneLine.of(file.getLocation()));
        file.setProblems(file.getProblems().stream().map(OneLine::of).toList());
        waiting.remove(file.getDumpId());
        listener.written(file);
    }

    private static void checkCounts(List<ReasonCount> counts) throws MalformedRecordException {
        StripeCheck.expect(counts.size() <= MAX_COUNTS, "number of counts", counts.size(), "at most " + MAX_COUNTS);
        for (ReasonCount count : counts) {
            StripeCheck.expect(count.getPages() >= 0, "pages of a reason", count.getPages(), "0 or more");
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
