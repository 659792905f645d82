// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.KernelLogRecord;

/**
 * Reads the kernel log of a dump from topic dumps and writes it beside the file. The log's key is not that of the dump, so it
 * may lie on another partition than the dump: where its place is not known all partitions are looked through, from the time
 * on at which the dump was opened. A dump without a log is no error. Belongs to one thread at a time.
 */
final class KernelLogStage {
    private static final Logger LOG = LoggerFactory.getLogger(KernelLogStage.class);

    private final DumpPlan plan;
    private final String ruleSet;
    private final Path file;
    private final String topic;
    private final StageReader reader;
    private final int end;
    private final String key;
    private final Outbox outbox;
    private final LogPlace place;
    private int partition;
    private boolean positioned;

    /**
     * @param file file beside which the log goes
     * @param place where the log lies, null when that is not known
     * @param partitions partitions of topic dumps
     */
    KernelLogStage(
            DumpPlan plan,
            String ruleSet,
            Path file,
            StageTools tools,
            StageReader reader,
            LogPlace place,
            int partitions) {
        this.plan = plan;
        this.ruleSet = ruleSet;
        this.file = file;
        this.reader = reader;
        this.place = place;
        topic = tools.topics().dumps();
        outbox = tools.outbox();
        key = new String(Keys.kernelLog(plan.dumpId()), StandardCharsets.UTF_8);
        partition = place == null ? 0 : place.partition();
        end = place == null ? partitions : place.partition() + 1;
    }

    /** Reads a little, and writes the log when it came. */
    Step step() throws IOException {
        if (partition >= end) {
            LOG.warn("dump {}: no kernel log on {}", plan.dumpId(), topic);
            return Step.DONE;
        }
        if (!positioned) {
            position();
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
            partition++;
            positioned = false;
        }
        return Step.PROGRESS;
    }

    private void position() {
        if (place != null) {
            reader.seek(topic, partition, place.offset());
        } else {
            long from = plan.manifest().getOpenedAt() - VerdictStage.CLOCK_SKEW_MILLIS;
            reader.seekToTime(topic, partition, Math.max(0, from));
        }
    }

    private void write(LogRecord record) throws IOException {
        KernelLogRecord log;
        try {
            log = RecordCodec.decode(record.value(), KernelLogRecord.class);
        } catch (MalformedRecordException e) {
            String problem = record.place() + ": " + e.getMessage();
            LOG.warn("dump {}: {}", plan.dumpId(), problem);
            outbox.deadLetter(record, problem);
            return;
        }
        if (log.getText().hasRemaining()) {
            KernelLogFile.write(KernelLogFile.beside(file), log.getText(), ruleSet);
        }
        if (!log.getComplete()) {
            LOG.warn("dump {}: its kernel log is not whole: {}", plan.dumpId(), Problems.line(log.getProblem()));
        }
    }
}
