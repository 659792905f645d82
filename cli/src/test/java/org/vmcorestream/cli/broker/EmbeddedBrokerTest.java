// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    @TempDir
    private Path folder;

    /** One broker is all there is: when its own controller thinks it dead, no topic can be made any more. */
    @Test
    void shouldForgiveHeartbeatsThatAreLateOnABusyHost(@TempDir Path empty) {
        assertThat(Integer.parseInt(BrokerSettings.of(empty, 1, 2)
                        .get("broker.session.timeout.ms")
                        .toString()))
                .isGreaterThanOrEqualTo(15_000);
    }

    @Test
    void shouldKeepTopicsAndRecordsAcrossARestartOnTheSameDirectory() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            try (Admin admin = admin(broker)) {
                makeTopic(admin, "kept", 3);
            }
            try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
                assertThat(send(producer, new byte[] {1, 2, 3})).isZero();
            }
            assertThat(broker.fault()).isEmpty();
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder);
                Admin admin = admin(broker);
                KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).isEqualTo(Set.of("kept"));
            assertThat(send(producer, new byte[] {4})).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeRecordsOfSixteenMebibytes() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder)) {
            try (Admin admin = admin(broker)) {
                makeTopic(admin, "kept", 3);
            }
            try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
                assertThat(send(producer, new byte[16 << 20])).isZero();
            }
        }
    }

    @Test
    void shouldDropTemporaryDataUnderABrokerThatIsUp() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder);
                Admin admin = admin(broker)) {
            makeTopic(admin, "gone", 1);
            assertThat(broker.dropData()).isTrue();
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void shouldNotDropDataThatAreToBeKept() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            assertThat(broker.dropData()).isFalse();
            assertThat(folder.resolve("broker")).isNotEmptyDirectory();
        }
    }

    @Test
    void shouldLeaveNothingOfATemporaryBroker() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder);
                Admin admin = admin(broker)) {
            makeTopic(admin, "gone", 1);
            assertThat(folder).isNotEmptyDirectory();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldListenOnLoopbackOnly() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder);
                Admin admin = admin(broker)) {
            assertThat(broker.bootstrapServers()).matches("127\\.0\\.0\\.1:[0-9]+");
            assertThat(admin.describeCluster().nodes().get(30, TimeUnit.SECONDS))
                    .singleElement()
                    .satisfies(node -> assertThat(node.host()).isEqualTo("127.0.0.1"));
        }
    }

    @Test
    void shouldRefuseADirectoryThatAnotherBrokerUses() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(folder))
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("lock")
                    .hasMessageNotContaining("\n");
            assertThat(broker.fault()).isEmpty();
        }
    }

    @Test
    void shouldRefuseADirectoryOfAnotherNode() throws Exception {
        Path logDir = Files.createDirectories(folder.resolve("broker"));
        Files.writeString(
                logDir.resolve("meta.properties"), "version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=7\n");
        assertThatThrownBy(() -> EmbeddedBroker.start(folder))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("7")
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldRefuseAFileInPlaceOfADirectory() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        assertThatThrownBy(() -> EmbeddedBroker.start(file))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldReportAFaultInsteadOfEndingTheJvm() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder)) {
            assertThatThrownBy(() -> Exit.halt(1, null)).isInstanceOf(IllegalStateException.class);
            assertThat(broker.fault())
                    .hasValueSatisfying(fault -> assertThat(fault)
                            .hasMessageStartingWith("broker failed: ")
                            .hasMessageNotContaining("\n"));
        }
    }

    @Test
    void shouldCloseTwice() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder);
        broker.close();
        broker.close();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    private static long send(KafkaProducer<byte[], byte[]> producer, byte[] value) throws Exception {
        return producer.send(new ProducerRecord<>("kept", 0, null, value))
                .get(30, TimeUnit.SECONDS)
                .offset();
    }

    private static void makeTopic(Admin admin, String name, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker) throws IOException {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 32 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
