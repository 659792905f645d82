// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.List;

/**
 * The reader of one assembly: opened when it is first needed, and waited on briefly while records come, not at all while they
 * do not, so that a quiet assembly takes little of a worker's time. Belongs to one thread at a time.
 */
final class StageReader implements AutoCloseable {
    private static final Duration PATIENT = Duration.ofMillis(20);
    private static final Duration IMPATIENT = Duration.ofMillis(1);

    /** Empty reads after which waiting no longer pays: a fetch is under way and comes in by itself. */
    private static final int PATIENCE = 25;

    private final LogReaders readers;
    private LogReader reader;
    private int emptyReads;

    StageReader(LogReaders readers) {
        this.readers = readers;
    }

    /** The reader to position. */
    LogReader log() {
        if (reader == null) {
            reader = readers.open();
        }
        emptyReads = Math.min(emptyReads, 1);
        return reader;
    }

    /** Reads on. */
    List<LogRecord> read() throws OffsetGoneException {
        List<LogRecord> records = reader.read(emptyReads < PATIENCE ? PATIENT : IMPATIENT);
        emptyReads = records.isEmpty() ? Math.min(emptyReads + 1, PATIENCE) : 0;
        return records;
    }

    /** Offset that is read next. */
    long position() {
        return reader.position();
    }

    /** Whether everything that is there now was read. */
    boolean caughtUp() {
        return reader.position() >= reader.end();
    }

    /** Whether nothing came for a while. */
    boolean quiet() {
        return emptyReads >= PATIENCE;
    }

    @Override
    public void close() {
        if (reader != null) {
            LogReader closing = reader;
            reader = null;
            closing.close();
        }
    }
}
