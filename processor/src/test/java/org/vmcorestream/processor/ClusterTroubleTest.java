// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.vmcorestream.archive.ArchiveException;

class ClusterTroubleTest {
    @Test
    void shouldKnowAClusterThatDoesNotAnswerOrRefuses() {
        assertThat(ClusterTrouble.isIn(new TimeoutException("x"))).isTrue();
        assertThat(ClusterTrouble.isIn(archive(new TimeoutException("x")))).isTrue();
        assertThat(ClusterTrouble.isIn(archive(new TopicAuthorizationException("x"))))
                .isTrue();
        assertThat(ClusterTrouble.isIn(archive(new KafkaException("x", new SaslAuthenticationException("y")))))
                .isTrue();
    }

    @Test
    void shouldNotBlameTheClusterForItsData() {
        assertThat(ClusterTrouble.isIn(new ArchiveException("x"))).isFalse();
        assertThat(ClusterTrouble.isIn(archive(new IllegalStateException("x")))).isFalse();
        assertThat(ClusterTrouble.isIn(archive(new KafkaException("Record batch ... is invalid"))))
                .isFalse();
        assertThat(ClusterTrouble.isIn(archive(new KafkaException("x", new CorruptRecordException("y")))))
                .isFalse();
        assertThat(ClusterTrouble.isIn(archive(new OffsetOutOfRangeException(Map.of(new TopicPartition("t", 0), 1L)))))
                .isFalse();
        assertThat(ClusterTrouble.isIn(new RecordTooLargeException("x"))).isFalse();
    }

    @Test
    void shouldKnowWhatNoWaitingCures() {
        assertThat(ClusterTrouble.isRefusal(archive(new TopicAuthorizationException("x"))))
                .isTrue();
        assertThat(ClusterTrouble.isRefusal(new KafkaException("x", new ConfigException("y"))))
                .isTrue();
        assertThat(ClusterTrouble.isRefusal(new SaslAuthenticationException("x")))
                .isTrue();
        assertThat(ClusterTrouble.isRefusal(archive(new TimeoutException("x")))).isFalse();
        assertThat(ClusterTrouble.isRefusal(new IllegalStateException("x"))).isFalse();
    }

    @Test
    void shouldEndWithCausesThatGoInCircles() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(ClusterTrouble.isIn(two)).isFalse();
        assertThat(ClusterTrouble.isRefusal(two)).isFalse();
    }

    private static ArchiveException archive(Exception cause) {
        return new ArchiveException("it says so", cause);
    }
}
