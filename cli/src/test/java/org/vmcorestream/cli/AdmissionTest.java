// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.gate.GateListener;
import org.vmcorestream.gate.GateService;
import org.vmcorestream.gate.GateSettings;
import org.vmcorestream.producer.AdmissionPolicy;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.ReaderSettings;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;

/** Captures that arrive together at a gate with room for two, and a gate that is gone in the middle. */
class AdmissionTest {
    private static final int DUMPS = 7;

    /** Pages of a guest that are neither free nor unaccepted: what a capture asks for. */
    private static final long PAGES = 12_288 - 4_096 - 1_024;

    /** Room for two dumps and a half. */
    private static final long LIMIT = PAGES * 4096 * 5 / 2;

    @TempDir
    private Path folder;

    @Test
    void shouldLoseNoDumpAndNeverOverrunTheLimitWhenTheGateIsGoneInTheMiddle() throws Exception {
        SyntheticVmcore guest = guest();
        try (Line line = new Line(folder, 2)) {
            Line.Sink sink = line.sink("sinks", folder.resolve("out"), Optional.empty(), 2);
            Events events = new Events();
            String alone = capture(line, guest, AdmissionPolicy.Mode.AUTO);
            ExecutorService hosts = Executors.newFixedThreadPool(DUMPS);
            Map<String, DumpFile> files = new HashMap<>();
            Set<String> sent = new HashSet<>();
            try (GateService first = gate(line, events);
                    GateService second = gate(line, new Events())) {
                first.start();
                assertThat(events.atWork.await(60, TimeUnit.SECONDS))
                        .as("a gate is at work")
                        .isTrue();
                sent.add(capture(line, guest, AdmissionPolicy.Mode.AUTO));
                List<Future<String>> captures = new ArrayList<>();
                for (int i = 1; i < DUMPS; i++) {
                    captures.add(hosts.submit(() -> capture(line, guest, AdmissionPolicy.Mode.ALWAYS)));
                }
                take(sink, files);
                take(sink, files);
                take(sink, files);
                first.close();
                second.start();
                for (Future<String> capture : captures) {
                    sent.add(capture.get(120, TimeUnit.SECONDS));
                }
                while (files.size() < DUMPS + 1) {
                    take(sink, files);
                }
                assertThat(first.failure()).isEmpty();
                assertThat(second.failure()).isEmpty();
            } finally {
                hosts.shutdownNow();
            }
            assertThat(files.remove(alone)).isNotNull();
            assertThat(files.keySet()).isEqualTo(sent);
            assertThat(files.values()).allMatch(DumpFile::getComplete);
            assertThat(files.values())
                    .extracting(DumpFile::getDigest)
                    .containsOnly(files.values().iterator().next().getDigest());
            check(line, sent);
        }
    }

    private static void take(Line.Sink sink, Map<String, DumpFile> files) throws InterruptedException {
        DumpFile file = sink.next();
        assertThat(files.put(file.getDumpId(), file)).isNull();
    }

    /** What topic admissions says from its beginning to its end: nobody was granted beyond the limit. */
    private static void check(Line line, Set<String> sent) throws Exception {
        Map<String, AdmissionState> states = new HashMap<>();
        int granted = 0;
        for (Admission admission : admissions(line)) {
            AdmissionState before = states.put(admission.getDumpId(), admission.getState());
            if (admission.getState() == AdmissionState.GRANTED && before != AdmissionState.GRANTED) {
                assertThat(before).isNotEqualTo(AdmissionState.RELEASED);
                granted++;
                assertThat(admission.getInFlight()).isLessThanOrEqualTo(LIMIT);
            }
        }
        assertThat(states.keySet()).isEqualTo(sent);
        assertThat(granted).isEqualTo(DUMPS);
    }

    private static List<Admission> admissions(Line line) throws Exception {
        List<Admission> found = new ArrayList<>();
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer =
                new KafkaConsumer<>(ReaderSettings.withoutGroup(line.client()))) {
            TopicPartition partition = new TopicPartition(line.topics().admissions(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    if (RecordCodec.decode(record.value()) instanceof Admission admission) {
                        found.add(admission);
                    }
                }
            }
        }
        return found;
    }

    private static GateService gate(Line line, GateListener listener) {
        return new GateService(
                new GateSettings(
                        line.client(), line.topics(), LIMIT, 1 << 20, GateSettings.SILENCE, GateSettings.PATIENCE),
                listener);
    }

    private SyntheticVmcore guest() throws Exception {
        return SyntheticVmcore.write(
                folder.resolve("guest.elf"),
                String.join(
                        "\n",
                        "kernel 7.2",
                        "memory 0-48M",
                        "fill 9216..10240 random seed=1",
                        "pages 4096..8192 unaccepted",
                        "pages 8192..9216 buddy order=10",
                        "panic \"all at once\""));
    }

    private static String capture(Line line, SyntheticVmcore guest, AdmissionPolicy.Mode admission) throws Exception {
        try (Vmcore vmcore = Vmcore.open(guest.file())) {
            CapturePlan plan = new CapturePlan(line.client(), line.topics(), BuiltInRuleSets.level(31));
            plan.threads = 1;
            plan.admission = new AdmissionPolicy(admission, Duration.ofMinutes(2));
            return Capture.run(vmcore, plan.settings(), CaptureProgress.NONE).dumpId();
        }
    }

    private static final class Events implements GateListener {
        private final CountDownLatch atWork = new CountDownLatch(1);

        @Override
        public void active(int granted, int waiting, long inFlight) {
            atWork.countDown();
        }
    }
}
