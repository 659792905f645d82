// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private static LogDirDescription disk(long usable, String topic) {
        return new LogDirDescription(
                null, Map.of(new TopicPartition(topic, 0), new ReplicaInfo(1, 0, false)), 1000, usable);
    }

    @Test
    void shouldTakeTheFullestDiskThatPageDataIsOn() {
        DiskView view = DiskWatch.fullest(
                Map.of(
                        1, Map.of("/a", disk(500, "pages"), "/b", disk(10, "other")),
                        2, Map.of("/a", disk(300, "pages"))),
                "pages",
                2);
        assertThat(view).isEqualTo(new DiskView(300, 2, 2, 2));
    }

    @Test
    void shouldTakeTheFullestOfAllWherePageDataIsOnNone() {
        DiskView view = DiskWatch.fullest(Map.of(1, Map.of("/a", disk(500, "x"), "/b", disk(10, "y"))), "pages", 1);
        assertThat(view.usable()).isEqualTo(10);
    }

    @Test
    void shouldKnowNothingWhereBrokersDoNotTell() {
        LogDirDescription old = new LogDirDescription(null, Map.of());
        LogDirDescription broken = new LogDirDescription(new KafkaStorageException("gone"), Map.of(), 1000, 5);
        DiskView view = DiskWatch.fullest(Map.of(1, Map.of("/a", old, "/b", broken)), "pages", 1);
        assertThat(view.usable()).isEqualTo(-1);
        assertThat(view.hasRoom(Long.MAX_VALUE >> 2, 0, Long.MAX_VALUE >> 2)).isTrue();
    }

    @Test
    void shouldKeepRoomForAWholeDumpAndForAShareOfWhatIsComing() {
        DiskView view = new DiskView(100, 1, 4, 2);
        assertThat(view.hasRoom(90, 0, 10)).isTrue();
        assertThat(view.hasRoom(91, 0, 10)).isFalse();
        assertThat(view.hasRoom(20, 160, 10)).isTrue();
        assertThat(view.hasRoom(20, 162, 10)).isFalse();
    }
}
