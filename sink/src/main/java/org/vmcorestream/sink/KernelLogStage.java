// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.KernelLogRecord;

/**
 * Reads the kernel log of a dump from topic dumps and writes it beside the file. The log's key is not that of the dump, so it
 * may lie on another partition than the dump: where its place is not known all partitions are looked through, from the time
 * on at which the dump was opened, and first the one that Kafka's own partitioner sends its key to. A dump without a log is no
 * error, and a log that is there already is not written again for a replay. Of the parts of a dump the first one brings it. Belongs to one thread at a time.
 */
final class KernelLogStage {
    private static final Logger LOG = LoggerFactory.getLogger(KernelLogStage.class);

    private final DumpPlan plan;
    private final String ruleSet;
    private final Path log;
    private final FileStore files;
    private final String topic;
    private final StageReader reader;
    private final String key;
    private final Outbox outbox;
    private final LogPlace place;
    private final int[] partitions;
    private int current;
    private boolean positioned;

    /**
     * @param file file of all of the dump, beside which the log goes
     * @param place where the log lies, null when that is not known
     * @param partitions partitions of topic dumps
     */
    KernelLogStage(
            AssemblyOrder order, Path file, StageTools tools, StageReader reader, LogPlace place, int partitions) {
        plan = order.plan();
        ruleSet = order.ruleSet();
        log = KernelLogFile.beside(file);
        files = tools.placement().files();
        this.reader = reader;
        this.place = place;
        topic = tools.topics().dumps();
        outbox = tools.outbox();
        byte[] bytes = Keys.kernelLog(plan.dumpId());
        key = new String(bytes, StandardCharsets.UTF_8);
        if (!order.part().bringsLog() || order.isReplay() && files.exists(log)) {
            this.partitions = new int[0];
        } else if (place != null) {
            this.partitions = new int[] {place.partition()};
        } else {
            int likely = Utils.toPositive(Utils.murmur2(bytes)) % partitions;
            this.partitions = IntStream.range(0, partitions)
                    .map(number -> (likely + number) % partitions)
                    .toArray();
        }
    }

    /** Reads a little, and writes the log when it came. */
    Step step() throws IOException {
        if (partitions.length == 0) {
            return Step.DONE;
        }
        if (current == partitions.length) {
            LOG.warn("dump {}: no kernel log on {}", plan.dumpId(), topic);
            return Step.DONE;
        }
        int partition = partitions[current];
        if (!positioned) {
            position(partition);
            positioned = true;
        }
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            reader.seek(topic, partition, e.beginning());
            return Step.PROGRESS;
        }
        for (LogRecord record : records) {
            if (record.value() != null && record.keyText().equals(key)) {
                write(record);
                return Step.DONE;
            }
        }
        if (records.isEmpty()) {
            if (!reader.caughtUp()) {
                return Step.IDLE;
            }
            current++;
            positioned = false;
        }
        return Step.PROGRESS;
    }

    private void position(int partition) {
        if (place != null) {
            reader.seek(topic, partition, place.offset());
        } else {
            long from = plan.manifest().getOpenedAt() - VerdictStage.CLOCK_SKEW_MILLIS;
            reader.seekToTime(topic, partition, Math.max(0, from));
        }
    }

    private void write(LogRecord record) throws IOException {
        KernelLogRecord read;
        try {
            read = RecordCodec.decode(record.value(), KernelLogRecord.class);
        } catch (MalformedRecordException e) {
            String problem = record.place() + ": " + e.getMessage();
            LOG.warn("dump {}: {}", plan.dumpId(), problem);
            outbox.deadLetter(record, problem);
            return;
        }
        if (read.getText().hasRemaining()) {
            files.writeLog(log, read.getText(), ruleSet);
        }
        if (!read.getComplete()) {
            LOG.warn("dump {}: its kernel log is not whole: {}", plan.dumpId(), Problems.line(read.getProblem()));
        }
    }
}
