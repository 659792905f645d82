// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmcorestream.schemas.RecordCodec;

/**
 * Dumps on their way through a fleet decider, some thousands at a time, for between two times each partition is fetched from
 * anew; they come out in the order they were put in.
 */
final class DumpBatches implements AutoCloseable {
    private static final int MAX_DUMPS = 4_096;

    /** Most bytes of records of dumps under way. */
    private static final long MAX_BYTES = 16L << 20;

    private final FleetDecider fleet;
    private final Consumer<DumpTask> done;
    private final List<DumpTask> tasks = new ArrayList<>();
    private long bytes;

    /** @param done takes the dumps, decided or not */
    DumpBatches(FleetDecider fleet, Consumer<DumpTask> done) {
        this.fleet = fleet;
        this.done = done;
    }

    /** Puts a dump in. */
    void add(DumpTask task) {
        tasks.add(task);
        bytes += RecordCodec.encode(task.dump().dump()).length;
        if (tasks.size() >= MAX_DUMPS || bytes >= MAX_BYTES) {
            finish();
        }
    }

    /** Decides what is left. */
    void finish() {
        fleet.decide(tasks);
        tasks.forEach(done);
        tasks.clear();
        bytes = 0;
    }

    @Override
    public void close() {
        fleet.close();
    }
}
