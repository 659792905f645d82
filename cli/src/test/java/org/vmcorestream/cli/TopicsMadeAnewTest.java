// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.processor.EnduringVerdictService;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** All topics are deleted and made again while a processor is at work: it goes on with the new ones, in the same process. */
@Timeout(120)
class TopicsMadeAnewTest {
    private static final int PARTITIONS = 4;

    @TempDir
    private Path folder;

    @Test
    void shouldDecideDumpsOfTopicsThatWereMadeAnew() throws Exception {
        Path elf = SyntheticVmcore.write(
                        folder.resolve("guest.elf"),
                        String.join(
                                "\n", "kernel 6.16", "memory 0-160M", "fill 512..1024 random seed=1", "panic \"x\""))
                .file();
        Told told = new Told();
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"));
                Line line = Line.enduring(broker.bootstrapServers(), folder, PARTITIONS, told);
                Vmcore vmcore = Vmcore.open(elf)) {
            byte[] before = file(line, "before", vmcore);
            Set<Thread> threads = streamThreads();

            deleteTopics(line);
            line.createTopics(PARTITIONS);
            assertThat(told.next()).isEqualTo("goes on anew");

            assertThat(file(line, "after", vmcore)).isEqualTo(before);
            assertThat(threads).as("threads of the old topology").noneMatch(Thread::isAlive);
            assertThat(streamThreads()).hasSameSizeAs(threads);
        }
        assertThat(streamThreads()).isEmpty();
        assertThat(told.said).isEmpty();
    }

    /** Captures, and has a sink of its own make the file, whose dump id is no part of its bytes. */
    private byte[] file(Line line, String name, Vmcore vmcore) throws Exception {
        Line.Sink sink = line.sink(name, folder.resolve(name), Optional.empty(), 1);
        line.capture(vmcore, BuiltInRuleSets.level(1), List.of(), PageCodec.ZLIB, 1L << 30);
        DumpFile file = sink.next();
        sink.close();
        assertThat(file.getComplete()).isTrue();
        return Files.readAllBytes(Path.of(URI.create(file.getLocation())));
    }

    /** Returns when the cluster does not know them any more; the changelog of the processor stays. */
    private static void deleteTopics(Line line) throws Exception {
        try (Admin admin = Admin.create(line.client())) {
            Set<String> names = admin.listTopics().names().get(30, TimeUnit.SECONDS).stream()
                    .filter(name -> name.startsWith("line."))
                    .collect(Collectors.toSet());
            admin.deleteTopics(names).all().get(30, TimeUnit.SECONDS);
        }
    }

    private static Set<Thread> streamThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("processor-"))
                .filter(thread -> thread.getName().contains("StreamThread"))
                .collect(Collectors.toSet());
    }

    /** What the processor says. */
    private static final class Told implements EnduringVerdictService.Listener {
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        @Override
        public void cutShort(String why, Duration pause) {
            said.add("cut short: " + why);
        }

        @Override
        public void goesOn(boolean anew) {
            said.add(anew ? "goes on anew" : "goes on");
        }

        String next() throws InterruptedException {
            String next = said.poll(60, TimeUnit.SECONDS);
            return next == null ? "nothing within 60 s" : next;
        }
    }
}
