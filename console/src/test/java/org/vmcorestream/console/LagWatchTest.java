// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LagWatchTest {
    private static TopicPartition partition(int number) {
        return new TopicPartition("vmcore.page-metadata", number);
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> offsets(long... offsets) {
        Map<TopicPartition, ListOffsetsResultInfo> infos = new HashMap<>();
        for (int i = 0; i < offsets.length; i++) {
            infos.put(partition(i), new ListOffsetsResultInfo(offsets[i], -1, Optional.empty()));
        }
        return infos;
    }

    @Test
    void shouldAddUpWhatIsLeftOfAllPartitions() {
        Map<TopicPartition, OffsetAndMetadata> committed =
                Map.of(partition(0), new OffsetAndMetadata(90), partition(1), new OffsetAndMetadata(40));

        assertThat(LagWatch.lag(committed, offsets(0, 0), offsets(100, 45))).isEqualTo(15);
    }

    @Test
    void shouldTakeAllOfAPartitionThatWasNeverRead() {
        assertThat(LagWatch.lag(Map.of(), offsets(20, 0), offsets(100, 0))).isEqualTo(80);
    }

    @Test
    void shouldNotCountWhatExpiredOrWhatIsAhead() {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        committed.put(partition(0), new OffsetAndMetadata(5));
        committed.put(partition(1), new OffsetAndMetadata(200));
        committed.put(partition(7), new OffsetAndMetadata(1));

        assertThat(LagWatch.lag(committed, offsets(50, 0), offsets(60, 100))).isEqualTo(10);
    }
}
