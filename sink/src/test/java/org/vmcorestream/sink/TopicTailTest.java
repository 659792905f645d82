// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** How topics of small records are followed. */
class TopicTailTest {
    private static final String TOPIC = "t";

    private final FakeCluster cluster = new FakeCluster();
    private final LogReader reader = cluster.open();
    private final TopicTail tail = new TopicTail(TOPIC, 3);
    private final List<String> read = new ArrayList<>();

    private void send(int partition, int records) {
        for (int i = 0; i < records; i++) {
            long offset = cluster.end(TOPIC, partition);
            cluster.append(
                    TOPIC,
                    partition,
                    SampleDump.bytes(partition + ":" + offset),
                    new byte[1],
                    SampleDump.NO_HEADERS,
                    1);
        }
    }

    private boolean readOn() {
        return tail.readOn(reader, record -> read.add(record.keyText()));
    }

    @Test
    void shouldReadEachRecordOfEachPartitionOnce() {
        send(0, 12);
        send(2, 1);
        assertThat(readOn()).isTrue();
        assertThat(read).hasSize(13).doesNotHaveDuplicates();
        send(1, 1);
        send(0, 1);
        assertThat(readOn()).isTrue();

        assertThat(read).hasSize(15).doesNotHaveDuplicates().endsWith("0:12", "1:0");
    }

    @Test
    void shouldBeginAnewWhenTheClusterHasLostTheTopic() {
        send(0, 9);
        assertThat(readOn()).isTrue();
        read.clear();
        FakeCluster other = new FakeCluster();
        other.append(TOPIC, 0, SampleDump.bytes("after"), new byte[1], SampleDump.NO_HEADERS, 1);
        assertThat(tail.readOn(other.open(), record -> read.add(record.keyText())))
                .isTrue();
        assertThat(read).containsExactly("after");
    }

    @Test
    void shouldComeBackToARecordThatWasRefused() {
        send(0, 9);
        send(1, 2);
        assertThat(tail.readOn(reader, record -> !record.keyText().equals("0:7") && read.add(record.keyText())))
                .isFalse();
        assertThat(read).endsWith("0:6", "1:0", "1:1");
        assertThat(readOn()).isTrue();

        assertThat(read).hasSize(11).endsWith("0:7", "0:8");
    }

    @Test
    void shouldPassOverWhatRetentionTook() {
        send(0, 9);
        send(1, 4);
        cluster.dropBefore(TOPIC, 0, 6);
        cluster.dropBefore(TOPIC, 1, 4);

        assertThat(readOn()).isTrue();

        assertThat(read).containsExactly("0:6", "0:7", "0:8");
    }

    @Test
    void shouldBeginAgainWhenRewound() {
        send(0, 3);
        readOn();
        tail.rewind();
        readOn();

        assertThat(read).containsExactly("0:0", "0:1", "0:2", "0:0", "0:1", "0:2");
    }

    @Test
    void shouldReadOneRecordWhileItIsThere() {
        send(1, 9);

        assertThat(TopicTail.one(reader, TOPIC, new LogPlace(1, 7)))
                .hasValueSatisfying(record -> assertThat(record.keyText()).isEqualTo("1:7"));
        cluster.dropBefore(TOPIC, 1, 8);
        assertThat(TopicTail.one(reader, TOPIC, new LogPlace(1, 7))).isEmpty();
        assertThatThrownBy(() -> TopicTail.one(reader, TOPIC, new LogPlace(1, 9)))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("t-1 cannot be read at offset 9");
    }
}
