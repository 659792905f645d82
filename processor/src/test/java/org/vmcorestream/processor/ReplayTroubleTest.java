// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.processor.ReplayBench.TOPICS;
import static org.vmcorestream.processor.ReplayBench.request;
import static org.vmcorestream.processor.ReplayBench.stripe;
import static org.vmcorestream.processor.StripeFixture.DUMP;

import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.schemas.records.ReplayOutcome;

/** Replays while the cluster does not answer, members of the group come and go, and an instance ends. */
class ReplayTroubleTest {
    private static final String OTHER = "01932c07-a3b2-7c4d-8e5f-665544332211";
    private static final String THIRD = "01932c07-a3b2-7c4d-8e5f-665544332212";

    private final ReplayBench bench = new ReplayBench();

    /** A dump of one stripe. */
    private void small(String dumpId) {
        bench.dumps.add(dumpId, 2, stripe(dumpId, 1));
    }

    @Test
    void shouldWaitOutAClusterThatDoesNotAnswer() {
        small(DUMP);
        bench.dumps.onFind = () -> {
            if (bench.dumps.finds <= 20) {
                bench.replays.questionFailures.add(new TimeoutException("no answer"));
                throw new ArchiveException("dumps-0 does not tell its end", new TimeoutException("no answer"));
            }
        };
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem)).containsExactly("");
        assertThat(bench.dumps.finds).isEqualTo(21);
        assertThat(bench.time.takeSlept())
                .as("1, 2, 4, 8, 16, 32 s and then a minute each time")
                .isEqualTo((63 + 14 * 60) * 1000L);
        assertThat(bench.dumps.closed).as("each time with new clients").isEqualTo(21);
        assertThat(bench.refused).isEmpty();
    }

    @Test
    void shouldGiveUpARequestThatAloneHasTroubleSoThatItDoesNotStarveTheOthers() {
        small(DUMP);
        small(OTHER);
        bench.dumps.onFind = () -> {
            if (bench.dumps.finds <= ReplayWorker.MAX_ATTEMPTS) {
                throw new ArchiveException("page-metadata-3 has no leader", new TimeoutException("no leader"));
            }
        };
        bench.replays.add(0, request(DUMP, "level-31")).add(0, request(OTHER, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem))
                .containsExactly("given up after 8 attempts: page-metadata-3 has no leader", "");
        assertThat(bench.replays.commits).containsExactly("0:1", "0:2");
    }

    @Test
    void shouldSendAllVerdictsAgainWhenOneDidNotArrive() {
        small(DUMP);
        bench.trouble = record -> bench.producers.size() == 1 && record.topic().equals(TOPICS.exclusionStats())
                ? new TimeoutException("1 record expired")
                : null;
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.producers).hasSize(2);
        assertThat(bench.producers.get(0).closed()).isTrue();
        assertThat(bench.producers.get(1).history().stream().map(ProducerRecord::topic))
                .containsExactly(TOPICS.verdicts(), TOPICS.verdicts(), TOPICS.exclusionStats(), TOPICS.replays());
        assertThat(bench.outcomes()).hasSize(1);
    }

    @Test
    void shouldSendOnlyTheOutcomeAgainWhenThatDidNotArrive() {
        small(DUMP);
        bench.trouble = record -> bench.producers.size() == 1 && record.topic().equals(TOPICS.replays())
                ? new TimeoutException("1 record expired")
                : null;
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.dumps.finds).isEqualTo(1);
        assertThat(bench.outcomes()).hasSize(1);
        assertThat(bench.producers).hasSize(2);
    }

    @Test
    void shouldEndARequestWhoseVerdictsNoTopicTakes() {
        small(DUMP);
        bench.trouble = record ->
                record.topic().equals(TOPICS.verdicts()) ? new RecordTooLargeException("5000000 bytes") : null;
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem))
                .containsExactly("verdicts cannot be sent: 5000000 bytes");
        assertThat(bench.sent(TOPICS.verdicts())).isEmpty();
    }

    @Test
    void shouldPassOverARequestWhoseOutcomeNoTopicTakes() {
        small(DUMP);
        small(OTHER);
        bench.trouble =
                record -> record.topic().equals(TOPICS.replays()) && new String(record.key(), UTF_8).equals(DUMP)
                        ? new RecordTooLargeException("5000000 bytes")
                        : null;
        bench.replays.add(0, request(DUMP, "level-31")).add(0, request(OTHER, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getDumpId)).containsExactly(OTHER);
        assertThat(bench.replays.commits).containsExactly("0:1", "0:2");
        assertThat(bench.refused).isEmpty();
    }

    @Test
    void shouldSayThatTheClusterRefuses() {
        small(DUMP);
        bench.dumps.onFind = () -> {
            throw new ArchiveException(
                    "dumps cannot be read", GroupAuthorizationException.forGroupId("vmcore-replays"));
        };
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.refused).singleElement().isInstanceOf(ArchiveException.class);
        assertThat(bench.replays.commits).isEmpty();
        assertThat(bench.replays.closed()).isTrue();
    }

    @Test
    void shouldLeaveARequestThatMovedToAnotherInstance() {
        bench.dumps.add(DUMP, 0, stripe(DUMP, 40));
        small(OTHER);
        int[] reads = {0};
        bench.dumps.onRead = () -> {
            bench.time.work(700);
            if (++reads[0] == 10) {
                bench.replays.atNextPoll(() -> bench.replays.assignTo(1));
            }
        };
        bench.replays.add(0, request(DUMP, "level-31")).add(1, request(OTHER, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getDumpId)).containsExactly(OTHER);
        assertThat(bench.replays.commits).containsExactly("1:1");
        assertThat(reads[0]).isLessThan(20);
        assertThat(bench.refused).isEmpty();
    }

    @Test
    void shouldGoOnWithItsRequestWhenAnotherPartitionIsGivenToIt() {
        bench.dumps.add(DUMP, 0, stripe(DUMP, 10));
        small(OTHER);
        int[] reads = {0};
        bench.dumps.onRead = () -> {
            bench.time.work(700);
            if (++reads[0] == 5) {
                bench.replays.atNextPoll(() -> bench.replays.assignTo(0, 1));
            }
        };
        bench.replays.add(0, request(DUMP, "level-31")).add(1, request(OTHER, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getDumpId)).containsExactly(DUMP, OTHER);
        assertThat(bench.outcomes())
                .allSatisfy(outcome -> assertThat(outcome.getProblem()).isEmpty());
        assertThat(bench.replays.commits).containsExactly("0:1", "1:1");
    }

    @Test
    void shouldNotDoAgainWhatHasItsOutcomeBehindIt() {
        small(DUMP);
        small(OTHER);
        small(THIRD);
        bench.replays.add(0, request(DUMP, "level-31")).add(0, request(OTHER, "level-31"));
        bench.replays.add(0, outcome("another", DUMP)).add(0, new byte[] {1}).add(0, outcome(ReplayBench.REPLAY, DUMP));
        bench.replays.add(0, request(THIRD, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getDumpId)).containsExactly(OTHER, THIRD);
        assertThat(bench.replays.commits).containsExactly("0:1", "0:2", "0:4", "0:6");
    }

    @Test
    void shouldDoWhatHasTheOutcomeOfAnotherReplayBehindIt() {
        small(DUMP);
        bench.replays.add(0, request(DUMP, "level-31")).add(0, outcome("another", DUMP));
        bench.replays.add(0, outcome(ReplayBench.REPLAY, OTHER));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getDumpId)).containsExactly(DUMP);
    }

    @Test
    void shouldGoOnThoughACommitDoesNotArrive() {
        small(DUMP);
        small(OTHER);
        bench.replays.commitFailures.add(new CommitFailedException());
        bench.replays.add(0, request(DUMP, "level-31")).add(0, request(OTHER, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes()).hasSize(2);
        assertThat(bench.replays.commits).containsExactly("0:2");
    }

    @Test
    void shouldDoARequestLaterWhenTheQuestionWhetherItIsDoneHasNoAnswer() {
        small(DUMP);
        bench.replays.questionFailures.add(new TimeoutException("no answer"));
        bench.replays.questionFailures.add(new TimeoutException("no answer"));
        bench.replays.add(0, request(DUMP, "level-31")).add(0, outcome(ReplayBench.REPLAY, DUMP));
        bench.run(1, 0);
        assertThat(bench.outcomes()).isEmpty();
        assertThat(bench.replays.commits)
                .as("the outcome is committed when nothing follows")
                .containsExactly("0:1", "0:2");
    }

    @Test
    void shouldNotLookBeyondTheRecordsThatAreCheapToLookAt() {
        small(DUMP);
        bench.replays.add(0, request(DUMP, "level-31"));
        for (int i = 0; i < ReplayInbox.MAX_LOOK_AHEAD; i++) {
            bench.replays.add(0, (byte[]) null);
        }
        bench.replays.add(0, outcome(ReplayBench.REPLAY, DUMP));
        bench.run(1, 0);
        assertThat(bench.outcomes()).hasSize(1);
        assertThat(bench.replays.commits).containsExactly("0:1", "0:10002");
    }

    @Test
    void shouldEndInTheMiddleOfARequestAndLeaveItForTheNextTime() {
        bench.dumps.add(DUMP, 0, stripe(DUMP, 10));
        int[] reads = {0};
        bench.dumps.onRead = () -> {
            bench.time.work(60);
            if (++reads[0] == 5) {
                bench.worker.stop();
            }
        };
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(0.5, 0);
        assertThat(reads[0]).isLessThan(8);
        assertThat(bench.outcomes()).isEmpty();
        assertThat(bench.replays.commits).isEmpty();
        assertThat(bench.refused).isEmpty();
        assertThat(bench.replays.closed()).isTrue();
    }

    private static ReplayOutcome outcome(String replayId, String dumpId) {
        return new ReplayOutcome(replayId, dumpId, "level-31", true, 0L, 0L, "", List.of(), List.of(), List.of());
    }
}
