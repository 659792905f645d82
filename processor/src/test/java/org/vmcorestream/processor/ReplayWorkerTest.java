// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.processor.ReplayBench.TOPICS;
import static org.vmcorestream.processor.ReplayBench.request;
import static org.vmcorestream.processor.ReplayBench.stripe;
import static org.vmcorestream.processor.StripeFixture.ANON;
import static org.vmcorestream.processor.StripeFixture.DUMP;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;
import static org.vmcorestream.processor.StripeFixture.free;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeVerdict;
import org.vmcorestream.schemas.records.VerdictPlace;

class ReplayWorkerTest {
    private static final String OTHER = "01932c07-a3b2-7c4d-8e5f-665544332211";
    private static final String THIRD = "01932c07-a3b2-7c4d-8e5f-665544332212";

    private final ReplayBench bench = new ReplayBench();

    /** A dump of one stripe on partition 2: a free block, user pages, others. */
    private void small(String dumpId) {
        StripeFixture stripe = new StripeFixture(dumpId, 0, 0, Chunk.PAGES, 1);
        bench.dumps.add(
                dumpId,
                2,
                stripe(
                        stripe,
                        stripe.opened("level-31"),
                        stripe.chunk(append(append(append(chunk(0), free(10), 1024), ANON, 1000), KEPT, 30_744))));
    }

    @Test
    void shouldDecideAllStripesAndSayWhereTheVerdictsAre() {
        StripeFixture first = new StripeFixture(DUMP, 0, 0, 8L << Chunk.SHIFT, 2);
        StripeFixture second = new StripeFixture(DUMP, 1, 8L << Chunk.SHIFT, 9L << Chunk.SHIFT, 1);
        bench.dumps
                .add(DUMP, 3, stripe(first, first.opened("level-31"), first.chunk(0, ANON), first.chunk(5, free(10))))
                .add(DUMP, 1, stripe(second, second.openedAs("level-16"), second.chunk(8, ANON)));
        bench.replays.add(0, request(DUMP, "mine@3"));
        bench.run(1, 0);

        List<ProducerRecord<byte[], byte[]>> verdicts = bench.sent(TOPICS.verdicts());
        assertThat(verdicts.stream().map(record -> record.partition() + " " + key(record)))
                .containsExactly(
                        "3 " + DUMP + "/mine@3/0/0",
                        "3 " + DUMP + "/mine@3/0/5",
                        "3 " + DUMP + "/mine@3/0/total",
                        "1 " + DUMP + "/mine@3/1/8",
                        "1 " + DUMP + "/mine@3/1/total");
        assertThat(verdicts).allSatisfy(record -> {
            assertThat(record.timestamp()).isBetween(FakeTime.START_MILLIS, bench.time.currentTimeMillis());
            assertThat(record.headers().lastHeader("dump").value()).isEqualTo(bytes(DUMP));
        });
        assertThat(bench.sent(TOPICS.verdicts(), ChunkVerdict.class).stream().map(VerdictTopologyTest::text))
                .containsExactly(
                        "mine@3 chunk 0: user*32768", "mine@3 chunk 5: kept*32768", "mine@3 chunk 8: user*32768");
        assertThat(bench.sent(TOPICS.verdicts(), StripeVerdict.class))
                .allSatisfy(total -> assertThat(total.getChunks()).isEqualTo(total.getChunksExpected()));

        ReplayOutcome outcome = bench.outcomes().get(0);
        assertThat(outcome.getProblem()).isEmpty();
        assertThat(outcome.getReplayId()).isEqualTo(ReplayBench.REPLAY);
        assertThat(outcome.getDumpId()).isEqualTo(DUMP);
        assertThat(outcome.getRuleSet()).isEqualTo("mine@3");
        assertThat(outcome.getVerdictsOnly()).isTrue();
        assertThat(outcome.getRequestedAt()).isEqualTo(1_799_999_999_000L);
        assertThat(outcome.getDecidedAt()).isGreaterThanOrEqualTo(FakeTime.START_MILLIS);
        assertThat(outcome.getVerdicts())
                .containsExactly(new VerdictPlace(0, 3, 0L, 2L), new VerdictPlace(1, 1, 0L, 1L));
        assertThat(outcome.getCounts()).contains(new ReasonCount("kept", 32_768L), new ReasonCount("user", 65_536L));
        assertThat(outcome.getNotCaptured()).containsExactly(new ReasonCount("free", 32_768L));
        assertThat(key(bench.sent(TOPICS.replays()).get(0))).isEqualTo(DUMP);
        assertThat(bench.sent(TOPICS.replays()).get(0).partition()).isZero();

        List<ExclusionStats> stats = bench.sent(TOPICS.exclusionStats(), ExclusionStats.class);
        assertThat(stats).hasSize(2);
        assertThat(stats).allSatisfy(stat -> assertThat(stat.getReplayId()).isEqualTo(ReplayBench.REPLAY));
        assertThat(bench.replays.commits).containsExactly("0:1");
        assertThat(bench.refused).isEmpty();
        assertThat(bench.producers.get(0).closed()).isTrue();
        assertThat(bench.replays.closed()).isTrue();
        assertThat(bench.dumps.closed).isEqualTo(1);
    }

    @Test
    void shouldGiveTheBytesOfTheLiveVerdict() {
        small(DUMP);
        bench.replays.add(0, request(DUMP, "31")).add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        List<ProducerRecord<byte[], byte[]>> verdicts = bench.sent(TOPICS.verdicts());
        assertThat(verdicts).hasSize(4);
        assertThat(verdicts.get(2).value()).isEqualTo(verdicts.get(0).value());
        assertThat(verdicts.get(3).value()).isEqualTo(verdicts.get(1).value());
        assertThat(verdicts.get(2).key()).isEqualTo(verdicts.get(0).key());
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getRuleSet)).containsExactly("level-31", "level-31");
        assertThat(bench.outcomes().get(1).getVerdicts()).containsExactly(new VerdictPlace(0, 2, 2L, 3L));
    }

    @Test
    void shouldEndARequestThatCannotBeDoneWithItsProblemAndGoOn() {
        small(DUMP);
        small(THIRD);
        bench.dumps.dump(THIRD).getStripes().get(0).setPartition(4);
        StripeFixture lying = new StripeFixture(OTHER, 0, 0, Chunk.PAGES, 1);
        StripeClosed closed = new StripeClosed(OTHER, 0, 1, 32_768L, 7);
        bench.dumps.add(OTHER, 1, lying.opened(), lying.chunk(0, KEPT), closed);
        bench.replays
                .add(0, request("01932c07-0000-7000-8000-000000000000", "level-31"))
                .add(0, request(DUMP, "nobody@1"))
                .add(0, request(DUMP, "x".repeat(120)))
                .add(0, request(OTHER, "level-31"))
                .add(0, request(THIRD, "level-31"))
                .add(0, request(DUMP, "level-1"));
        bench.run(1, 0);
        List<String> problems =
                bench.outcomes().stream().map(ReplayOutcome::getProblem).toList();
        assertThat(problems).hasSize(6);
        assertThat(problems.get(0)).isEqualTo("dump 01932c07-0000-7000-8000-000000000000 is not known");
        assertThat(problems.get(1)).isEqualTo("rule set 'nobody@1' is not known");
        assertThat(problems.get(2)).startsWith("rule set 'xxx").endsWith("' is not known");
        assertThat(problems.get(3))
                .startsWith("stripe 0 of dump " + OTHER + " ends with digest 00000007, expected ")
                .endsWith(" of the chunks decided");
        assertThat(problems.get(4))
                .isEqualTo("dump " + THIRD + " has stripe 0 on partition 4, expected 0 to 3 as topic verdicts has");
        assertThat(problems.get(5)).isEmpty();
        assertThat(bench.outcomes().subList(0, 5)).allSatisfy(outcome -> {
            assertThat(outcome.getVerdicts()).isEmpty();
            assertThat(outcome.getCounts()).isEmpty();
        });
        assertThat(bench.sent(TOPICS.verdicts(), StripeVerdict.class)).hasSize(1);
        assertThat(bench.replays.commits).containsExactly("0:1", "0:2", "0:3", "0:4", "0:5", "0:6");
        assertThat(bench.producers).hasSize(1);
    }

    @Test
    void shouldEndARequestWhoseMetadataIsNotWhole() {
        StripeFixture open = new StripeFixture(DUMP, 0, 0, 2L << Chunk.SHIFT, 2);
        bench.dumps.add(DUMP, 1, open.opened(), open.chunk(0, KEPT));
        StripeFixture headless = new StripeFixture(OTHER, 0, 0, Chunk.PAGES, 1);
        bench.dumps.add(OTHER, 1, stripe(headless, headless.opened(), headless.chunk(0, KEPT)));
        bench.dumps.dump(OTHER).getStripes().get(0).setEndPfn(99L);
        StripeFixture poison = new StripeFixture(THIRD, 0, 0, Chunk.PAGES, 1);
        var chunk = poison.chunk(0, KEPT);
        chunk.setDescriptors(ByteBuffer.wrap(new byte[] {9}));
        bench.dumps.add(THIRD, 1, stripe(poison, poison.opened(), chunk));
        bench.replays
                .add(0, request(DUMP, "level-31"))
                .add(0, request(OTHER, "level-31"))
                .add(0, request(THIRD, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem))
                .containsExactly(
                        "stripe 0 of dump " + DUMP + " does not end with its StripeClosed",
                        "stripe 0 of dump " + OTHER
                                + " opens with page frames 0 to before 32768, expected 0 to before 99",
                        "chunk 0 of stripe 0 of dump " + THIRD
                                + ": descriptors, byte 0: format version is 9, expected 1");
    }

    @Test
    void shouldPassOnWhatTheArchiveSaysOfADumpThatIsGone() {
        small(DUMP);
        bench.dumps.onRead = () -> {
            throw new ArchiveException("stripe 0 of dump\nx: it expired: the first offset there is 70");
        };
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem))
                .containsExactly("stripe 0 of dump x: it expired: the first offset there is 70");
        assertThat(bench.dumps.finds)
                .as("asked once more, for the cluster may have gone")
                .isEqualTo(2);
    }

    @Test
    void shouldEndARequestThatMeetsAMistakeOfThisProgram() {
        small(DUMP);
        bench.dumps.onFind = () -> {
            throw new IllegalStateException("no such luck");
        };
        bench.replays.add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        assertThat(bench.outcomes().stream().map(ReplayOutcome::getProblem))
                .containsExactly("dump cannot be decided: java.lang.IllegalStateException: no such luck");
    }

    @Test
    void shouldBuryWhatIsNoRequestAndPassOverOutcomesAndTombstones() {
        small(DUMP);
        ReplayRequest nameless = request("a/b", "level-31");
        ReplayRequest wordy = request(DUMP, "x".repeat(129));
        bench.replays
                .add(0, new byte[] {1, 2, 3})
                .add(0, (byte[]) null)
                .add(
                        0,
                        new ReplayOutcome(
                                "r", OTHER, "level-31", true, 0L, 0L, "gone", List.of(), List.of(), List.of()))
                .add(0, new StripeClosed(DUMP, 0, 1, 1L, 1))
                .add(0, nameless)
                .add(0, wordy)
                .add(0, request(DUMP, "level-31"));
        bench.run(1, 0);
        List<ProducerRecord<byte[], byte[]>> letters = bench.sent(TOPICS.deadLetters());
        assertThat(letters.stream().map(letter -> header(letter, "problem")))
                .containsExactly(
                        "record of 3 bytes, expected at least 10",
                        "record is a StripeClosed, expected a ReplayRequest or ReplayOutcome",
                        "dump id 'a/b', expected a UUID of 36 characters",
                        "rule set name of 129 characters, expected at most 128");
        assertThat(letters.get(0).value()).containsExactly(1, 2, 3);
        assertThat(header(letters.get(1), "topic")).isEqualTo(TOPICS.replays());
        assertThat(header(letters.get(1), "offset")).isEqualTo("3");
        assertThat(bench.outcomes()).hasSize(1);
        assertThat(bench.replays.commits)
                .as("what asks for nothing is committed with what follows")
                .containsExactly("0:1", "0:4", "0:5", "0:6", "0:7");
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

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.25, 0.5})
    void shouldPauseInProportionToItsWork(double share) {
        bench.dumps.add(DUMP, 0, stripe(DUMP, 40));
        bench.dumps.onRead = () -> bench.time.work(20);
        bench.replays.add(0, request(DUMP, "level-31"));
        long begin = bench.time.nanoTime();
        bench.run(share, 0);
        double worked = 42 * 20;
        assertThat(worked / ((bench.time.nanoTime() - begin) / 1e6)).isBetween(share * 0.999, share * 1.001);
        assertThat(bench.outcomes().get(0).getProblem()).isEmpty();
        assertThat(bench.replays.polls).as("membership is kept meanwhile").isGreaterThan(3);
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

    private static String key(ProducerRecord<byte[], byte[]> record) {
        return new String(record.key(), UTF_8);
    }

    private static String header(ProducerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
