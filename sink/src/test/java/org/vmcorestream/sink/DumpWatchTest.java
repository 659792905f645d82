// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;

class DumpWatchTest {
    private static final TopicPartition PLACE = new TopicPartition(SampleDump.TOPICS.dumps(), 0);

    @TempDir
    Path folder;

    private final MockConsumer<ByteBuffer, ByteBuffer> consumer = new MockConsumer<>("earliest");

    private void assign() {
        consumer.updateBeginningOffsets(Map.of(PLACE, 0L));
        consumer.rebalance(List.of(PLACE));
    }

    private void send(SampleDump dump, long offset) {
        consumer.addRecord(new ConsumerRecord<>(
                PLACE.topic(),
                0,
                offset,
                ByteBuffer.wrap(Keys.dump(dump.dumpId)),
                ByteBuffer.wrap(RecordCodec.encode(dump.record(DumpState.CAPTURED)))));
    }

    @Test
    @Timeout(30)
    void shouldKnowWhatIsFinishedBeforeItReadsAPartitionThatCame() {
        AssemblyHarness harness = new AssemblyHarness(folder);
        FinishedFiles finished = new FinishedFiles(SampleDump.TOPICS.dumpFiles(), 1);
        List<Assembly> started = new ArrayList<>();
        harness.done = finished;
        DumpBoard board = new DumpBoard(harness.tools(), List.of(SampleDump.RULE_SET), started::add, 1, 2, 1);
        SampleDump done = harness.dump(1);
        SampleDump open = harness.dump(2);
        DumpWatch watch = new DumpWatch(consumer, PLACE.topic(), board, finished, harness.cluster.open());
        consumer.schedulePollTask(() -> {
            DumpFile file = SampleDump.file(done.dumpId, true, "file:///x");
            byte[] key = Keys.dumpFile(done.dumpId, SampleDump.RULE_SET);
            harness.cluster.append(SampleDump.TOPICS.dumpFiles(), 0, key, done.dumpId, file);
            assign();
        });
        consumer.schedulePollTask(() -> {
            send(done, 0);
            send(open, 1);
        });
        consumer.schedulePollTask(() -> {
            watch.onPartitionsRevoked(List.of(PLACE));
            watch.stop();
        });

        watch.run();

        assertThat(started).extracting(Assembly::dumpId).containsExactly(open.dumpId);
        assertThat(board.live()).as("after the partition was revoked").isZero();
        watch.close();
        assertThat(consumer.closed()).isTrue();
    }
}
