// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.vmcorestream.schemas.records.DumpFile;

/** A sink with its board and its watch of replays, without a broker and without threads. */
final class ReplaySink extends BoardBench {
    static final String REPLAYS = SampleDump.TOPICS.replays();
    static final String OTHER = "mine@3";

    ReplayWatch watch;

    ReplaySink(Path folder) {
        this.folder = folder;
        begin();
        harness.outbox.stored.set(true);
    }

    @Override
    void restart(Consumer<Assembly> start) {
        super.restart(start);
        watch = new ReplayWatch(harness.tools(), board, harness.cluster.open(), 2, 2);
    }

    /** Lets the sink work until nothing happens any more. */
    void work() {
        for (int round = 0; round < 20; round++) {
            feed();
            watch.step();
            runAll();
        }
    }

    /** A dump with its live file. */
    SampleDump finished(long seed) {
        SampleDump dump = harness.dump(seed).whole();
        feed();
        runAll();
        assertThat(started).isEmpty();
        return dump;
    }

    /** A replay that is decided after all that is there. */
    static SampleReplay replay(SampleDump dump, String ruleSet, int number) {
        return new SampleReplay(dump, ruleSet, number, Long.MAX_VALUE / 2);
    }

    /** Replays that dump-files speaks of, in order. */
    List<String> replayed() {
        return harness.outbox.files.stream()
                .map(DumpFile::getReplayId)
                .filter(id -> !id.isEmpty())
                .toList();
    }

    Path file(SampleDump dump, String ruleSet) {
        return folder.resolve(dump.dumpId + "." + ruleSet + ".kdump");
    }
}
