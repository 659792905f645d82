// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;

@Timeout(60)
class AdmissionStageTest {
    private static final String OTHER = DumpId.of(1_700_000_000_000L, 3, 4);

    private final CaptureFixture fixture = new CaptureFixture();
    private final FakeDesk desk = new FakeDesk();
    private final List<String> told = new ArrayList<>();

    AdmissionStageTest() {
        fixture.cluster.desk = desk;
        fixture.nanoClock = () -> desk.nanos;
        fixture.admission = policy(AdmissionPolicy.Mode.AUTO);
        fixture.progress = new CaptureProgress() {
            @Override
            public void at(Stage stage, long done, long total) {}

            @Override
            public void waiting(int ahead, String reason) {
                told.add(ahead + reason);
            }
        };
    }

    private static AdmissionPolicy policy(AdmissionPolicy.Mode mode) {
        return new AdmissionPolicy(mode, Duration.ofMinutes(15));
    }

    private List<AdmissionRequest> requests() throws Exception {
        List<AdmissionRequest> requests = new ArrayList<>();
        for (var record : fixture.cluster.on(FakeCluster.TOPICS.admissions())) {
            assertThat(new String(record.key(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(CaptureFixture.DUMP_ID + "/request");
            requests.add(RecordCodec.decode(java.nio.ByteBuffer.wrap(record.value()), AdmissionRequest.class));
        }
        return requests;
    }

    private Capture.Result run() throws Exception {
        return fixture.run(new FakeVmcore().memory(0, 5_000));
    }

    @Test
    void shouldSendNoPageBeforeItIsGranted() throws Exception {
        List<Integer> before = new ArrayList<>();
        desk.atLook = () ->
                before.add(fixture.cluster.on(FakeCluster.TOPICS.pageData()).size());
        desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.WAITING, 2))
                .say(FakeDesk.answer(OTHER, AdmissionState.GRANTED, 0))
                .say(FakeDesk.answer(OTHER, AdmissionState.RELEASED, 0))
                .say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
        Capture.Result result = run();

        assertThat(before).containsExactly(0, 0, 0, 0);
        assertThat(told).containsExactly("2", "1");
        assertThat(desk.closed).isTrue();
        assertThat(result.pages()).isEqualTo(5_000);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        AdmissionRequest request = requests().get(0);
        assertThat(requests()).hasSize(1);
        assertThat(request.getPages()).isEqualTo(5_000);
        assertThat(request.getBytes()).isEqualTo(5_000L << 12);
        assertThat(request.getFiles()).isEqualTo(1);
        assertThat(request.getTenant()).isEqualTo("tenant-1");
    }

    @Test
    void shouldHaveSentAllMetadataBeforeItAsks() throws Exception {
        desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
        run();
        List<String> topics =
                fixture.cluster.records.stream().map(record -> record.topic()).toList();
        assertThat(topics.lastIndexOf(FakeCluster.TOPICS.pageMetadata()))
                .isLessThan(topics.indexOf(FakeCluster.TOPICS.admissions()));
        assertThat(topics.indexOf(FakeCluster.TOPICS.pageData()))
                .isGreaterThan(topics.indexOf(FakeCluster.TOPICS.admissions()));
    }

    @Test
    void shouldAskNobodyWhereNoGateIs() throws Exception {
        desk.wasThere = false;
        run();
        assertThat(requests()).isEmpty();
        assertThat(desk.looks).isZero();
    }

    @Test
    void shouldAskNobodyWhenToldSo() throws Exception {
        fixture.admission = policy(AdmissionPolicy.Mode.NEVER);
        run();
        assertThat(requests()).isEmpty();
    }

    @Test
    void shouldWaitForHoursWhileTheGateIsThereAndOthersMove() throws Exception {
        for (int i = 0; i < 40_000; i++) {
            if (i % 4_000 == 0) {
                desk.say(FakeDesk.answer(OTHER, AdmissionState.RELEASED, 0));
            } else {
                desk.say();
            }
        }
        desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
        run();
        assertThat(desk.nanos).isGreaterThan(Duration.ofHours(2).toNanos());
        assertThat(requests()).as("asked again every hour").hasSize(3);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
    }

    @Test
    void shouldGoOnWhenTheGateIsGone() throws Exception {
        desk.isThere = false;
        run();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(desk.nanos)
                .isBetween(
                        Duration.ofSeconds(60).toNanos(), Duration.ofSeconds(90).toNanos());
    }

    @Test
    void shouldGoOnWhenNothingMovesForTheTimeout() throws Exception {
        run();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(desk.nanos)
                .isBetween(
                        Duration.ofMinutes(15).toNanos(), Duration.ofMinutes(16).toNanos());
        assertThat(desk.asked).as("questions to the cluster").isBetween(80, 90);
    }

    @Test
    void shouldNotTakeTheGateForGoneWhileTheClusterIsAway() throws Exception {
        desk.awayFrom = Duration.ofMinutes(1).toNanos();
        desk.awayUntil = Duration.ofMinutes(41).toNanos();
        long[] sent = new long[1];
        desk.atLook = () -> {
            if (desk.nanos >= desk.awayUntil) {
                // Gates come back a while after the cluster does.
                desk.isThere =
                        desk.nanos >= desk.awayUntil + Duration.ofSeconds(40).toNanos();
                if (desk.isThere && sent[0]++ == 0) {
                    desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
                }
            }
        };
        run();
        assertThat(sent[0]).as("looks after the gate was back").isPositive();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(requests()).hasSize(1);
    }

    @Test
    void shouldGoOnWhenTheGateIsGoneThoughTheClusterWasAwayToo() throws Exception {
        desk.isThere = false;
        desk.awayFrom = Duration.ofSeconds(25).toNanos();
        desk.awayUntil = Duration.ofMinutes(20).toNanos();
        run();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(desk.nanos)
                .isBetween(
                        desk.awayUntil + Duration.ofSeconds(20).toNanos(),
                        desk.awayUntil + Duration.ofSeconds(60).toNanos());
    }

    @Test
    void shouldFailWhenAnAnswerIsAMustAndNoneComes() {
        fixture.admission = policy(AdmissionPolicy.Mode.ALWAYS);
        desk.wasThere = false;
        desk.isThere = false;
        assertThatThrownBy(this::run)
                .isInstanceOf(CaptureException.class)
                .hasMessage(
                        "no admission: nothing moved for 900 s, expected a gate ('vmcore-stream admit') to grant it");
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData())).isEmpty();
    }

    @Test
    void shouldGoOnWhenItMayNotReadTheAnswers() throws Exception {
        desk.refusal = new TopicAuthorizationException("not allowed");
        run();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
    }

    @Test
    void shouldGoOnWhenItMayNotAsk() throws Exception {
        fixture.cluster.refuse(
                record -> record.topic().equals(FakeCluster.TOPICS.admissions()),
                new TopicAuthorizationException("not allowed"));
        run();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData())).isNotEmpty();
    }

    @Test
    void shouldAskAgainWhenItWasTakenForDead() throws Exception {
        desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.RELEASED, 0))
                .say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
        run();
        assertThat(requests()).hasSize(2);
    }

    @Test
    void shouldSayThatItIsAliveWhileItWaits() throws Exception {
        int[] life = new int[2];
        desk.atLook = () -> life[desk.looks == 1 ? 0 : 1] = fixture.life().size();
        for (int i = 0; i < 300; i++) {
            desk.say();
        }
        desk.say(FakeDesk.answer(CaptureFixture.DUMP_ID, AdmissionState.GRANTED, 0));
        run();
        assertThat(life[1] - life[0]).as("announcements in a minute").isEqualTo(4);
        List<Dump> all = fixture.life();
        assertThat(all.get(life[1] - 1).getState()).isEqualTo(DumpState.CAPTURING);
    }

    @Test
    void shouldSendNothingMoreWhenInterruptedWhileItWaits() {
        desk.atLook = () -> Thread.currentThread().interrupt();
        assertThatThrownBy(this::run).isInstanceOf(InterruptedException.class);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.pageData())).isEmpty();
    }
}
