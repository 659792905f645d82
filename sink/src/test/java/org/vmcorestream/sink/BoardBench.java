// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A board on a fake cluster of one partition, whose assemblies a test runs when it wants. */
abstract class BoardBench {
    static final String DUMPS = SampleDump.TOPICS.dumps();

    @TempDir
    Path folder;

    AssemblyHarness harness;
    DumpBoard board;

    /** Assemblies that the board has begun and that did not end. */
    final List<Assembly> started = new ArrayList<>();

    private long read;

    @BeforeEach
    void begin() {
        harness = new AssemblyHarness(folder);
        restart();
    }

    /** Begins with nothing but what dump-files says, as a sink does that was started again. */
    void restart() {
        started.clear();
        restart(started::add);
    }

    /** The same, with assemblies that go elsewhere. */
    void restart(Consumer<Assembly> start) {
        harness.done = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
        harness.done.catchUp(harness.cluster.open());
        board = new DumpBoard(harness.tools(), List.of(SampleDump.RULE_SET), start, 2, 2, 1);
        readAgain();
    }

    /** Feeds the board with all of partition 0 the next time, as when it is assigned once more. */
    void readAgain() {
        read = 0;
    }

    /** Feeds the board with what came on partition 0 since the last time. */
    void feed() {
        for (long end = harness.cluster.end(DUMPS, 0); read < end; read++) {
            board.accept(harness.cluster.get(DUMPS, 0, read));
        }
    }

    /** Runs each assembly until it waits or has ended. */
    void runAll() {
        for (Assembly assembly : List.copyOf(started)) {
            if (harness.run(assembly) == Step.DONE) {
                started.remove(assembly);
                board.ended(assembly);
            }
        }
    }
}
