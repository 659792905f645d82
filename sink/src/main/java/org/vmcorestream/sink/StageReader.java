// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.List;

/**
 * The reader of one assembly: lent when it is first needed, and waited on briefly while records come, hardly at all while
 * they do not, so that a quiet assembly takes little of a worker's time. Whoever goes to another partition gets another
 * reader, because the one at hand may be waiting for records of the partition it leaves. When nothing came for a while, or nothing
 * is to be read for now, and others wait for a reader it is given back, and one is lent anew at the next read. Belongs to one
 * thread at a time.
 */
final class StageReader implements AutoCloseable {
    private static final Duration PATIENT = Duration.ofMillis(20);
    private static final Duration IMPATIENT = Duration.ofMillis(1);

    /** Empty reads after which waiting no longer pays: a fetch is under way and comes in by itself. */
    private static final int PATIENCE = 25;

    private final SharedReaders readers;
    private final boolean behind;
    private LogReader reader;

    /** Whether the last call to the reader came back; one that failed is not lent to somebody else. */
    private boolean sound;

    private boolean placed;
    private int emptyReads;

    /** Whether it was used since the last call of {@link #rest}. */
    private boolean used;

    private boolean hurried;
    private boolean expectant;
    private String topic;
    private int partition;
    private long next;

    /**
     * @param behind whether others come first: then it never takes the last reader
     */
    StageReader(SharedReaders readers, boolean behind) {
        this.readers = readers;
        this.behind = behind;
    }

    /** Whether it has a reader now; without one, what was read need not be kept either. */
    boolean isLent() {
        return reader != null;
    }

    /** Goes to an offset of a partition. */
    void seek(String toTopic, int toPartition, long offset) {
        open(toTopic, toPartition);
        sound = false;
        reader.seek(toTopic, toPartition, offset);
        at(toTopic, toPartition, offset);
    }

    /** Goes to the first record at or behind a time, see {@link LogReader#seekToTime}. */
    void seekToTime(String toTopic, int toPartition, long timestamp) {
        open(toTopic, toPartition);
        sound = false;
        reader.seekToTime(toTopic, toPartition, timestamp);
        at(toTopic, toPartition, reader.position());
    }

    private void at(String nowTopic, int nowPartition, long offset) {
        topic = nowTopic;
        partition = nowPartition;
        next = offset;
        emptyReads = 0;
        placed = true;
        sound = true;
        used = true;
    }

    private void open(String toTopic, int toPartition) {
        if (reader != null && !sound) {
            close();
        }
        if (reader == null) {
            reader = behind ? readers.openIfNotLast() : readers.open();
        } else if (placed && (toPartition != partition || !toTopic.equals(topic))) {
            reader = readers.exchange(reader);
        }
        placed = false;
    }

    /** Reads on. */
    List<LogRecord> read() throws OffsetGoneException {
        if (reader == null) {
            seek(topic, partition, next);
        }
        sound = false;
        List<LogRecord> records = reader.read(emptyReads < PATIENCE && !hurried ? PATIENT : IMPATIENT);
        next = reader.position();
        sound = true;
        used = true;
        emptyReads = records.isEmpty() ? Math.min(emptyReads + 1, PATIENCE) : 0;
        expectant = records.isEmpty() && emptyReads < PATIENCE;
        return records;
    }

    /** Says whether others want the worker: then nothing is waited for. */
    void setHurried(boolean hurried) {
        this.hurried = hurried;
    }

    /** Whether a read since the last call of this method has brought nothing, and the next one may well bring something. */
    boolean takeExpectant() {
        boolean was = expectant;
        expectant = false;
        return was;
    }

    /** Offset that is read next. */
    long position() {
        return next;
    }

    /** Whether everything that is there now was read. */
    boolean caughtUp() {
        return next >= end();
    }

    /** Offset behind the last record that can be seen now. */
    long end() {
        if (reader == null) {
            seek(topic, partition, next);
        }
        sound = false;
        long end = reader.end();
        sound = true;
        return end;
    }

    /**
     * Says that nothing can be done for now. Gives the reader back where others wait for one, when nothing came for a while or
     * nothing was read since the last call: whoever waits for something else than records, be it for hours, needs no reader.
     */
    void rest() {
        if (reader != null && (emptyReads >= PATIENCE || !used) && readers.contested()) {
            close();
        }
        used = false;
    }

    @Override
    public void close() {
        if (reader != null) {
            LogReader closing = reader;
            reader = null;
            placed = false;
            if (sound) {
                readers.giveBack(closing);
            } else {
                readers.discard(closing);
            }
        }
    }
}
