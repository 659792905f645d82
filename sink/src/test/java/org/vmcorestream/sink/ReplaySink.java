// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.schemas.records.DumpFile;

/** A sink with its board and its watch of replays, without a broker and without threads. */
final class ReplaySink {
    static final String DUMPS = SampleDump.TOPICS.dumps();
    static final String REPLAYS = SampleDump.TOPICS.replays();
    static final String OTHER = "mine@3";

    final AssemblyHarness harness;
    final List<Assembly> started = new ArrayList<>();
    private final Path folder;
    DumpBoard board;
    ReplayWatch watch;
    private long read;

    ReplaySink(Path folder) {
        this.folder = folder;
        harness = new AssemblyHarness(folder);
        harness.outbox.stored.set(true);
        restart();
    }

    /** A sink that knows nothing but what the topics say. */
    void restart() {
        started.clear();
        harness.done = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
        harness.done.catchUp(harness.cluster.open());
        board = new DumpBoard(harness.tools(), List.of(SampleDump.RULE_SET), started::add, 2, 2, 1);
        watch = new ReplayWatch(harness.tools(), board, harness.cluster.open(), 2, 2);
        readAgain();
    }

    /** Topic dumps is read from its beginning, as when its partition was assigned. */
    void readAgain() {
        read = 0;
    }

    void feed() {
        for (long end = harness.cluster.end(DUMPS, 0); read < end; read++) {
            board.accept(harness.cluster.get(DUMPS, 0, read));
        }
    }

    void runAll() {
        for (Assembly assembly : List.copyOf(started)) {
            if (harness.run(assembly) == Step.DONE) {
                started.remove(assembly);
                board.ended(assembly);
            }
        }
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
