// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.VmcoreException;

/** A capture whose clients fail goes on in the same process, and sends what an undisturbed one sends, once. */
@Timeout(120)
class PatientCaptureTest {
    private static final Predicate<ProducerRecord<byte[], byte[]>> PAGES =
            record -> record.topic().equals(FakeCluster.TOPICS.pageData());

    private final List<String> told = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    private final CaptureFixture fixture = fixture(1);
    private final Clients clients = new Clients(fixture);

    private CaptureFixture fixture(int parts) {
        CaptureFixture made = withEarlyPages(parts);
        made.progress = new CaptureProgress() {
            @Override
            public void at(Stage stage, long done, long total) {}

            @Override
            public void goesOn(String why, Duration pause) {
                told.add(why);
            }
        };
        return made;
    }

    /** The fake cluster once more, where a test does not want otherwise. */
    private class Clients implements CaptureClients {
        final CaptureFixture of;
        Runnable atPause = () -> {};
        RuntimeException away;
        boolean noTopics;

        Clients(CaptureFixture of) {
            this.of = of;
        }

        @Override
        public CaptureCluster connect() {
            if (away != null) {
                throw away;
            }
            of.cluster.restart();
            return of.cluster.clients();
        }

        @Override
        public PartitionLog log() {
            if (noTopics) {
                throw new CaptureException("topic vmcore.dumps is missing");
            }
            return new FakePartitionLog(of.cluster);
        }

        @Override
        public void pause(Duration pause) throws InterruptedException {
            pauses.add(pause.toSeconds());
            atPause.run();
            Interrupts.check();
        }
    }

    /** Of records of which each in a row of numbers is refused once. */
    private static Predicate<ProducerRecord<byte[], byte[]>> theSoManyth(Integer... numbers) {
        int[] seen = new int[1];
        List<Integer> refused = List.of(numbers);
        return record -> refused.contains(++seen[0]);
    }

    static Stream<RuntimeException> failuresOfClients() {
        return Stream.of(
                new ProducerFencedException("There is a newer producer with the same producerId"),
                new OutOfOrderSequenceException("The broker received an out of order sequence number"),
                new TimeoutException("Expiring 3 record(s) for vmcore.page-data-1"),
                new UnknownServerException("The server experienced an unexpected error"),
                new KafkaException("The client has not received acknowledgment"),
                new IllegalStateException("Cannot perform operation after producer has been closed"));
    }

    @ParameterizedTest
    @MethodSource("failuresOfClients")
    void shouldSendEveryRecordOnceWhereverItsClientsFail(RuntimeException refusal) throws Exception {
        for (int seed = 0; seed < 2; seed++) {
            Random random = new Random(seed);
            int parts = 1 + random.nextInt(3);
            CaptureFixture whole = withEarlyPages(parts);
            Capture.Result expected = whole.run(ResumeTest.guest());
            CaptureFixture cut = fixture(parts);
            int records = whole.cluster.records.size();
            cut.cluster.refuse(
                    theSoManyth(1 + random.nextInt(records), records / 2, records / 2 + random.nextInt(records / 2)),
                    refusal);
            Capture.Result result = cut.runPatiently(ResumeTest.guest(), new Clients(cut));

            assertThat(ResumeTest.sent(cut))
                    .as("seed %d, %d parts", seed, parts)
                    .isEqualTo(ResumeTest.sent(whole));
            assertThat(cut.life()).extracting(Dump::getState).doesNotContain(DumpState.FAILED);
            assertThat(cut.last().getState()).isEqualTo(DumpState.CAPTURED);
            assertThat(result.pages()).isEqualTo(expected.pages());
            assertThat(result.pageBytes()).isEqualTo(expected.pageBytes());
            assertThat(cut.cluster.closed()).isTrue();
        }
        assertThat(told).hasSizeGreaterThanOrEqualTo(2).allMatch(line -> line.contains(refusal.getMessage()));
    }

    static Stream<RuntimeException> whatStaysAsItIs() {
        return Stream.of(
                new TopicAuthorizationException("Not authorized to access topics: [vmcore.page-data]"),
                new AuthenticationException("Authentication failed"),
                new InvalidTopicException("not a name"),
                new UnknownTopicOrPartitionException("no such topic"),
                new RecordTooLargeException("too large"));
    }

    @ParameterizedTest
    @MethodSource("whatStaysAsItIs")
    void shouldEndAtOnceWhenTryingAgainIsOfNoUse(RuntimeException refusal) {
        fixture.cluster.refuse(PAGES, refusal);
        assertThatThrownBy(() -> fixture.runPatiently(ResumeTest.guest(), clients))
                .isInstanceOf(CaptureException.class)
                .hasCause(refusal);
        assertThat(pauses).isEmpty();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldEndAtOnceWhenTheVmcoreCannotBeRead() {
        assertThatThrownBy(() -> fixture.runPatiently(
                        ResumeTest.guest().unreadable(2 * CaptureFixture.GIB_PAGES + 500), clients))
                .isInstanceOf(VmcoreException.class);
        assertThat(pauses).isEmpty();
        assertThat(fixture.last().getState()).isEqualTo(DumpState.FAILED);
    }

    @Test
    void shouldTryAgainLaterAndLaterButNotForEver() {
        fixture.cluster.refuse(PAGES, new TimeoutException("Expiring 3 record(s)"));
        clients.away = new CaptureException("no answer", new TimeoutException("gone"));
        // No time passes here: its patience is never over.
        assertThatThrownBy(() -> fixture.runPatiently(ResumeTest.guest(), clients))
                .isSameAs(clients.away);
        assertThat(pauses).startsWith(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L).hasSize(PatientCapture.MOST_RUNS - 1);
        assertThat(told.get(0)).startsWith("PageBatch").contains("Expiring 3 record(s)");
        assertThat(told.get(1)).isEqualTo("no answer: gone");
    }

    @Test
    void shouldNotGoOnWhenTheClusterTookNothingForAllItsPatience() {
        fixture.client = Map.of("bootstrap.servers", "localhost:1", "delivery.timeout.ms", "1");
        fixture.cluster.refuse(PAGES, new TimeoutException("Expiring 3 record(s)"));
        assertThatThrownBy(() -> fixture.runPatiently(ResumeTest.guest(), clients))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("was not acknowledged in time");
        assertThat(pauses).isEmpty();
    }

    @Test
    void shouldEndWhenTheTopicsAreGoneWhereItConnectsAgain() {
        fixture.cluster.refuse(PAGES, new TimeoutException("Expiring 3 record(s)"));
        clients.away = new CaptureException(
                "topic vmcore.dumps is missing, expected one made by 'topics create'",
                new UnknownTopicOrPartitionException("gone"));
        assertThatThrownBy(() -> fixture.runPatiently(ResumeTest.guest(), clients))
                .isSameAs(clients.away);
        assertThat(pauses).containsExactly(1L);
    }

    @Test
    void shouldSendAllOfADumpAnewThatTheClusterHasLost() throws Exception {
        CaptureFixture whole = withEarlyPages(1);
        whole.run(ResumeTest.guest());
        fixture.cluster.refuse(theSoManyth(30), new TimeoutException("Expiring 3 record(s)"));
        long[] openedAt = new long[1];
        clients.atPause = () -> {
            openedAt[0] = fixture.life().get(0).getManifest().getOpenedAt();
            fixture.cluster.records.clear();
        };
        Capture.Result result = fixture.runPatiently(ResumeTest.guest(), clients);

        assertThat(ResumeTest.sent(fixture)).isEqualTo(ResumeTest.sent(whole));
        assertThat(result.dumpId()).isEqualTo(CaptureFixture.DUMP_ID);
        assertThat(fixture.life().get(0).getState()).isEqualTo(DumpState.OPENED);
        assertThat(fixture.life())
                .as("a dump that is sent anew has the place that it had")
                .allMatch(dump -> dump.getManifest().getOpenedAt() == openedAt[0]);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
    }

    @Test
    void shouldSendAllOfADumpAnewWhenOffsetsSayThatTheClusterHasLostIt() throws Exception {
        CaptureFixture whole = withEarlyPages(1);
        whole.run(ResumeTest.guest());
        int[] count = new int[1];
        // The cluster is empty from one record on, and takes what comes.
        fixture.cluster.refuse(
                record -> {
                    if (++count[0] == 40) {
                        fixture.cluster.records.clear();
                    }
                    return false;
                },
                null);
        fixture.runPatiently(ResumeTest.guest(), clients);

        assertThat(told).singleElement().asString().contains("the cluster lost what it had");
        assertThat(fixture.life()).extracting(Dump::getState).contains(DumpState.OPENED);
        assertThat(fixture.cluster.on(FakeCluster.TOPICS.dumps()))
                .anyMatch(record -> SentDump.decode(record) instanceof KernelLogRecord);
        assertThat(fixture.last().getState()).isEqualTo(DumpState.CAPTURED);
        assertThat(fixture.last().getStripes())
                .extracting(StripeState::getDigest, StripeState::getPages)
                .isEqualTo(whole.last().getStripes().stream()
                        .map(stripe -> tuple(stripe.getDigest(), stripe.getPages()))
                        .toList());
    }

    @Test
    void shouldAskWhatTheClusterLacksWhileItIsSilent() {
        List<String> lacks = new ArrayList<>();
        CaptureProgress user = new CaptureProgress() {
            @Override
            public void at(Stage stage, long done, long total) {}

            @Override
            public void silent(Duration since, Duration patience) {
                lacks.add("silent");
            }

            @Override
            public void lacks(String what) {
                lacks.add(what);
            }
        };
        SilenceQuestion question = new SilenceQuestion(user, clients, FakeCluster.TOPICS);
        question.silent(Duration.ofSeconds(10), Duration.ofHours(1));
        clients.noTopics = true;
        question.silent(Duration.ofSeconds(70), Duration.ofHours(1));
        question.silent(Duration.ZERO, Duration.ofHours(1));
        assertThat(lacks).containsExactly("silent", "silent", "topic vmcore.dumps is missing", "silent");
    }

    @Test
    void shouldKnowThatItsLastWordArrivedThoughTheAnswerWasLost() throws Exception {
        fixture.cluster.takeAndRefuse(
                record -> SentDump.decode(record) instanceof Dump dump && dump.getState() == DumpState.CAPTURED,
                new TimeoutException("Expiring 1 record(s)"));
        Capture.Result result = fixture.runPatiently(ResumeTest.guest(), clients);

        CaptureFixture whole = withEarlyPages(1);
        assertThat(result).isEqualTo(whole.run(ResumeTest.guest()));
        assertThat(fixture.life().stream().filter(dump -> dump.getState() == DumpState.CAPTURED))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldSayThatItGaveUpWhenInterruptedBetweenTwoRuns(int parts) {
        CaptureFixture cut = fixture(parts);
        cut.cluster.refuse(theSoManyth(30), new TimeoutException("Expiring 3 record(s)"));
        Clients interrupting = new Clients(cut);
        interrupting.atPause = () -> Thread.currentThread().interrupt();
        assertThatThrownBy(() -> cut.runPatiently(ResumeTest.guest(), interrupting))
                .isInstanceOf(InterruptedException.class);
        assertThat(cut.last().getState()).isEqualTo(DumpState.FAILED);
        assertThat(cut.last().getFailure()).isEqualTo("capture was interrupted");
        assertThat(cut.cluster.closed()).isTrue();
    }

    private static CaptureFixture withEarlyPages(int parts) {
        CaptureFixture fixture = ResumeTest.fixture(parts);
        fixture.early = true;
        return fixture;
    }
}
