// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * The whole line against the broker of the image that docker-compose.yml starts, where a container engine exists. What it
 * shows is shown by {@link RealVmcoresTest} with the embedded broker too.
 */
class ContainerClusterTest {
    private static final String IMAGE = "apache/kafka:4.3.1";

    @TempDir
    private Path folder;

    @BeforeAll
    static void needAnEngine() {
        boolean engine = DockerClientFactory.instance().isDockerAvailable();
        if (!engine) {
            System.out.println("ContainerClusterTest is skipped: no container engine answers");
        }
        assumeTrue(engine, "no container engine answers");
    }

    @Test
    void shouldUseTheImageOfTheComposeFile() throws Exception {
        assertThat(Files.readString(Path.of("..", "docker-compose.yml"))).contains("${KAFKA_IMAGE:-" + IMAGE + "}");
    }

    @Test
    void shouldMakeTheFileOfTheShippedVmcoreOnAContainersBroker() throws Exception {
        ExpectedDump demo = ExpectedDump.demo();
        Path elf = demo.vmcore(folder);
        try (KafkaContainer kafka = started();
                Line line = Line.on(kafka.getBootstrapServers(), folder, 3);
                ElfPages input = new ElfPages(elf);
                Vmcore vmcore = Vmcore.open(elf)) {
            Line.Sink sink = line.sink("container", folder.resolve("files"), Optional.empty(), 1);
            Capture.Result captured =
                    line.capture(vmcore, Line.DEFAULT, List.of(Line.DEFAULT.name()), PageCodec.ZSTD, 1L << 30);
            DumpFile file = sink.next();
            assertThat(file.getDumpId()).isEqualTo(captured.dumpId());
            new FileCheck(demo, input).isOfLevel(file, 31);
        }
    }

    private static KafkaContainer started() {
        KafkaContainer kafka = new KafkaContainer(DockerImageName.parse(IMAGE));
        try {
            kafka.start();
        } catch (ContainerFetchException e) {
            System.out.println("ContainerClusterTest is skipped: " + IMAGE + " is not there and cannot be fetched");
            assumeTrue(false, IMAGE + " is not there and cannot be fetched");
        }
        return kafka;
    }
}
