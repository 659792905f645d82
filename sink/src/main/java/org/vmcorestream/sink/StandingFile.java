// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * The file that dump-files names for a dump or a part of it under a rule set, which another is about to replace. Its record is
 * read where this sink saw it last; when it is not there any more, a newer one is looked for behind it. Belongs to one thread
 * at a time.
 */
final class StandingFile {
    private static final Logger LOG = LoggerFactory.getLogger(StandingFile.class);

    private final String topic;
    private final String key;
    private final LogPlace place;
    private final StageReader reader;
    private boolean positioned;
    private Optional<DumpFile> file = Optional.empty();

    StandingFile(AssemblyOrder order, StageTools tools, StageReader reader) {
        topic = tools.topics().dumpFiles();
        key = FinishedFiles.key(order);
        place = tools.finished().place(order).orElse(null);
        this.reader = reader;
    }

    /** Reads a little; {@link Step#DONE} when {@link #file} is known. */
    Step step() {
        if (place == null) {
            return Step.DONE;
        }
        if (!positioned) {
            reader.seek(topic, place.partition(), place.offset());
            positioned = true;
        }
        List<LogRecord> records;
        try {
            records = reader.read();
        } catch (OffsetGoneException e) {
            reader.seek(topic, place.partition(), e.beginning());
            return Step.PROGRESS;
        }
        for (LogRecord record : records) {
            if (record.keyText().equals(key)) {
                file = decode(record);
                if (record.offset() == place.offset()) {
                    return Step.DONE;
                }
            }
        }
        if (!records.isEmpty()) {
            return Step.PROGRESS;
        }
        return reader.caughtUp() ? Step.DONE : Step.IDLE;
    }

    private static Optional<DumpFile> decode(LogRecord record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(RecordCodec.decode(record.value(), DumpFile.class))
                    .filter(found -> !found.getLocation().isEmpty());
        } catch (MalformedRecordException e) {
            LOG.warn("{}: {}", record.place(), e.getMessage());
            return Optional.empty();
        }
    }

    /** What dump-files says of it; empty when it names no file. */
    Optional<DumpFile> file() {
        return file;
    }

    /**
     * Whether a file has to stay rather than make room for one that is not complete: it is complete itself, or lacks fewer
     * pages, and is still where its record says, as long as its record says, as far as this sink can see.
     *
     * @param missing pages that the new file would lack
     * @param files what holds the files of this sink
     */
    static boolean outranks(DumpFile file, long missing, FileStore files) {
        return (file.getComplete() || file.getMissingPages() < missing)
                && files.holds(file.getLocation(), file.getSize());
    }
}
