// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Remembers which readers were opened, how long their reads would have waited, and which of them were closed. */
final class CountedReaders implements LogReaders {
    private final LogReaders readers;
    private final List<LogReader> opened = new ArrayList<>();
    private final List<LogReader> closed = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();

    CountedReaders(LogReaders readers) {
        this.readers = readers;
    }

    List<LogReader> all() {
        return opened;
    }

    List<Duration> waits() {
        return waits;
    }

    List<LogReader> closed() {
        return closed;
    }

    @Override
    public LogReader open() {
        LogReader reader = new Counted(readers.open());
        opened.add(reader);
        return reader;
    }

    private final class Counted implements LogReader {
        private final LogReader reader;

        Counted(LogReader reader) {
            this.reader = reader;
        }

        @Override
        public void seek(String topic, int partition, long offset) {
            reader.seek(topic, partition, offset);
        }

        @Override
        public void seekToTime(String topic, int partition, long timestamp) {
            reader.seekToTime(topic, partition, timestamp);
        }

        @Override
        public List<LogRecord> read(Duration wait) throws OffsetGoneException {
            waits.add(wait);
            return reader.read(wait);
        }

        @Override
        public long position() {
            return reader.position();
        }

        @Override
        public long end() {
            return reader.end();
        }

        @Override
        public long[] ends(String topic, int partitions) {
            return reader.ends(topic, partitions);
        }

        @Override
        public void leave() {
            reader.leave();
        }

        @Override
        public void close() {
            closed.add(this);
            reader.close();
        }
    }
}
