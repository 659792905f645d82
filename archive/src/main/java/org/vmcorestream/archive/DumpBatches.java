// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Dumps on their way through a fleet decider, some hundreds at a time; they come out in the order they were put in. */
final class DumpBatches implements AutoCloseable {
    private static final int MAX_DUMPS = 512;
    private static final int MAX_STRIPES = 16_384;

    private final FleetDecider fleet;
    private final Consumer<DumpTask> done;
    private final List<DumpTask> tasks = new ArrayList<>();
    private int stripes;

    /** @param done takes the dumps, decided or not */
    DumpBatches(FleetDecider fleet, Consumer<DumpTask> done) {
        this.fleet = fleet;
        this.done = done;
    }

    /** Puts a dump in. */
    void add(DumpTask task) {
        tasks.add(task);
        stripes += task.dump().stripes();
        if (tasks.size() >= MAX_DUMPS || stripes >= MAX_STRIPES) {
            finish();
        }
    }

    /** Decides what is left. */
    void finish() {
        fleet.decide(tasks);
        tasks.forEach(done);
        tasks.clear();
        stripes = 0;
    }

    @Override
    public void close() {
        fleet.close();
    }
}
