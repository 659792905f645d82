// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.Vmcore;

/** How far the stages of {@link Pipeline} are, and how long each took. */
final class RunProgress {
    private static final long NANOS = 1_000_000_000L;
    private static final long ASK_AGAIN_NANOS = NANOS / 4;

    private final long begin = System.nanoTime();
    private final long chunks;
    private final CaptureBars capture;
    private final ProgressBar deciding;
    private final ProgressBar writing;
    private final AtomicLong verdictsBefore = new AtomicLong(-1);
    private long brokerNanos;
    private Admin admin;
    private TopicPartition verdicts;
    private KafkaFuture<ListOffsetsResultInfo> asked;
    private long askedAt;

    RunProgress(ProgressBoard board, Vmcore vmcore) {
        capture = new CaptureBars(board);
        deciding = board.bar("Deciding pages");
        writing = board.bar("Writing dump file");
        chunks = chunks(vmcore.memory().present());
    }

    private static long chunks(List<PfnRun> present) {
        long count = 0;
        long counted = -1;
        for (PfnRun run : present) {
            long last = Chunk.of(run.endPfn() - 1);
            count += last - Math.max(Chunk.of(run.firstPfn()), counted + 1) + 1;
            counted = last;
        }
        return count;
    }

    /** The broker takes records from now on. */
    void brokerIsUp() {
        brokerNanos = System.nanoTime() - begin;
    }

    /** For the capture to report to. */
    CaptureBars capture() {
        return capture;
    }

    /** Watches the verdicts that appear from now on: one a chunk. */
    void watchVerdicts(Admin client, Topics topics) {
        admin = client;
        verdicts = new TopicPartition(topics.verdicts(), 0);
    }

    /** The sink has {@code done} of {@code total} pages in the file; all verdicts are in then. */
    void writing(long done, long total) {
        deciding.at(chunks, chunks);
        writing.at(done, total);
    }

    /** Looks for new verdicts; never waits. */
    void look() {
        if (deciding.finished() || !capture.describing().started()) {
            return;
        }
        long now = System.nanoTime();
        if (asked == null && now - askedAt > ASK_AGAIN_NANOS) {
            askedAt = now;
            asked = admin.listOffsets(Map.of(verdicts, OffsetSpec.latest())).partitionResult(verdicts);
        }
        if (asked != null && asked.isDone()) {
            count();
            asked = null;
        }
    }

    private void count() {
        long offset;
        try {
            offset = asked.get().offset();
        } catch (Exception e) {
            // Only a bar depends on it: the stages themselves report what is wrong.
            return;
        }
        verdictsBefore.compareAndSet(-1, offset);
        deciding.at(Math.min(chunks - 1, offset - verdictsBefore.get()), chunks);
    }

    /** The file is done, and with it every stage. */
    void end() {
        if (deciding.started()) {
            deciding.at(chunks, chunks);
        }
    }

    /** Seconds of each stage, in one line. */
    String seconds() {
        List<String> stages = new ArrayList<>();
        stages.add("broker " + seconds(brokerNanos));
        for (ProgressBar bar : List.of(capture.describing(), capture.copying(), deciding, writing)) {
            stages.add(bar.label().split(" ")[0].toLowerCase(Locale.ROOT)
                    + String.format(Locale.ROOT, " %.1f", bar.seconds()));
        }
        return String.join(", ", stages);
    }

    /** Seconds since a reading of {@link System#nanoTime()}. */
    static String since(long nanoTime) {
        return seconds(System.nanoTime() - nanoTime);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / (double) NANOS);
    }
}
