// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

/** Rounds are fakes, and time passes while it waits. */
class EnduringVerdictServiceTest {
    private static final Incarnation OLD = new Incarnation("metadata-1/verdicts-1", "rules-1/dumps-1");
    private static final Incarnation NEW = new Incarnation("metadata-2/verdicts-2", "rules-2/dumps-2");
    private static final TopicAnswer MISSING = new TopicAnswer.Lacking("topic vmcore.page-metadata is missing");
    private static final TopicAnswer SILENT = new TopicAnswer.Silent("no answer");

    private final Cluster cluster = new Cluster();

    @Test
    void shouldLeaveAServiceAloneWhileItsTopicsAreThere() throws Exception {
        cluster.says(there(OLD), there(OLD), there(OLD));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false");
        assertThat(cluster.looks).isEqualTo(3);
    }

    @Test
    void shouldLeaveAServiceAloneWhileTheClusterIsSilentOrRefusesToSay() throws Exception {
        cluster.says(SILENT, SILENT, SILENT, new TopicAnswer.Refused("no"), there(OLD));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false");
    }

    @Test
    void shouldNotBelieveTheFirstAnswerThatATopicIsMissing() throws Exception {
        cluster.says(MISSING, there(OLD), MISSING, there(OLD));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false");
    }

    @Test
    void shouldWaitForItsTopicsAndBeginAnewWithOtherOnes() throws Exception {
        cluster.says(MISSING, MISSING, MISSING, SILENT, MISSING, there(NEW), there(NEW));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin true", "goes on anew");
        assertThat(cluster.lacked)
                .containsExactly(
                        "",
                        "",
                        "topic vmcore.page-metadata is missing",
                        "topic vmcore.page-metadata is missing",
                        "",
                        "topic vmcore.page-metadata is missing",
                        "");
    }

    @Test
    void shouldGoOnWhereItWasWhenTheSameTopicsAreBack() throws Exception {
        cluster.says(MISSING, MISSING, there(OLD), there(OLD));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin false", "goes on");
    }

    @Test
    void shouldNoticeTopicsThatWereMadeAnewBetweenTwoLooks() throws Exception {
        cluster.says(there(OLD), there(NEW), there(NEW), there(NEW));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin true", "goes on anew");
    }

    @Test
    void shouldKeepWhatWasDecidedWhenOnlyTopicsToLookThingsUpInAreOthers() throws Exception {
        TopicAnswer others = there(new Incarnation(OLD.decided(), "rules-2/dumps-1"));
        cluster.says(others, others, others);
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin false", "goes on");
    }

    @Test
    void shouldWaitAtOnceForTopicsThatMadeTheServiceFail() throws Exception {
        cluster.failures.add(new MissingSourceTopicException("One or more source topics were missing"));
        cluster.says(MISSING, MISSING, there(NEW), there(NEW));
        cluster.watch();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin true", "goes on anew");
    }

    @Test
    void shouldBeginAgainWhereItWasAfterTroubleWithTheCluster() throws Exception {
        cluster.failures.add(new StreamsException("task failed", new TimeoutException("nobody answers")));
        cluster.says(there(OLD), there(OLD), there(OLD));
        cluster.watch();
        assertThat(cluster.log)
                .containsExactly("begin false", "cut short 1: task failed", "close", "begin false", "goes on");
    }

    @Test
    void shouldEndWhenTheClusterRefusesIt() throws Exception {
        Throwable refusal = new StreamsException("task failed", new TopicAuthorizationException("not yours"));
        cluster.failures.add(refusal);
        cluster.says(there(OLD));
        assertThat(cluster.watch().failure()).contains(refusal);
        assertThat(cluster.log).containsExactly("begin false");
    }

    @Test
    void shouldEndWithAnErrorOfItsOwn() throws Exception {
        Throwable own = new StreamsException("task failed", new IllegalStateException("cannot be"));
        cluster.failures.add(own);
        cluster.says(there(OLD));
        assertThat(cluster.watch().failure()).contains(own);
    }

    @Test
    void shouldGiveUpWhenItFailsAgainAndAgain() throws Exception {
        for (int i = 0; i <= EnduringVerdictService.MOST_TRIES; i++) {
            cluster.failures.add(new TimeoutException("failure " + i));
        }
        cluster.answersForEver = there(OLD);
        EnduringVerdictService service = cluster.watch();
        assertThat(service.failure()).get().hasToString(new TimeoutException("failure 10").toString());
        assertThat(cluster.log).filteredOn(line -> line.startsWith("begin")).hasSize(11);
        assertThat(cluster.log)
                .contains("cut short 1: failure 0", "cut short 32: failure 5", "cut short 60: failure 9");
    }

    @Test
    void shouldTryAgainWhenItCannotBegin() throws Exception {
        cluster.cannotBegin.add("");
        cluster.cannotBegin.add("processor is REBALANCING");
        cluster.says(MISSING, MISSING, there(NEW), there(NEW), there(NEW));
        cluster.watch();
        assertThat(cluster.log)
                .containsExactly(
                        "begin false",
                        "close",
                        "begin true",
                        "cut short 1: processor is REBALANCING",
                        "begin true",
                        "goes on anew");
    }

    @Test
    void shouldEndWhenTheClusterDoesNotSayWhatItWaitsFor() {
        cluster.says(MISSING, MISSING, new TopicAnswer.Refused("cannot ask for topic vmcore.dumps: not yours"));
        assertThatThrownBy(cluster::watch).hasMessage("cannot ask for topic vmcore.dumps: not yours");
    }

    @Test
    void shouldSayNothingOfABeginningThatItsEndInterrupted() throws Exception {
        cluster.cannotBegin.add("");
        cluster.cannotBegin.add("interrupted");
        cluster.says(MISSING, MISSING, there(NEW));
        cluster.watch();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(cluster.log).containsExactly("begin false", "close", "begin true");
    }

    @Test
    void shouldNotBeginWithoutTopicsAtItsStart() {
        cluster.cannotBegin.add("topic vmcore.page-metadata is missing");
        assertThatThrownBy(cluster::watch).hasMessage("topic vmcore.page-metadata is missing");
    }

    private static TopicAnswer there(Incarnation incarnation) {
        return new TopicAnswer.There(incarnation);
    }

    /** Says what it is told to say, and interrupts whoever waits when there is nothing more to say. */
    private static final class Cluster implements EnduringVerdictService.Rounds, EnduringVerdictService.Listener {
        private final Deque<TopicAnswer> answers = new ArrayDeque<>();
        private final Deque<Throwable> failures = new ArrayDeque<>();
        private final Deque<String> cannotBegin = new ArrayDeque<>();
        private final List<String> log = new ArrayList<>();
        private final List<String> lacked = new ArrayList<>();
        private TopicAnswer answersForEver;
        private Incarnation now = OLD;
        private EnduringVerdictService service;
        private long nanos;
        private int looks;

        void says(TopicAnswer... next) {
            answers.addAll(List.of(next));
        }

        /** Watches until there is nothing more to say, or it ended. */
        EnduringVerdictService watch() throws InterruptedException {
            service = new EnduringVerdictService(this, this, this::pass, () -> nanos);
            try {
                service.watch();
            } catch (InterruptedException e) {
                assertThat(answers).isEmpty();
            }
            return service;
        }

        private void pass(Duration time) throws InterruptedException {
            nanos += time.toNanos();
            if (answers.isEmpty() && answersForEver == null) {
                throw new InterruptedException();
            }
        }

        @Override
        public TopicAnswer ask() {
            looks++;
            TopicAnswer answer = answers.isEmpty() ? answersForEver : answers.poll();
            if (answer instanceof TopicAnswer.There there) {
                now = there.incarnation();
            }
            lacked.add(service.lacks().orElse(""));
            return answer;
        }

        @Override
        public EnduringVerdictService.Round begin(boolean anew) {
            log.add("begin " + anew);
            String why = cannotBegin.isEmpty() ? "" : cannotBegin.poll();
            if (why.equals("interrupted")) {
                Thread.currentThread().interrupt();
            }
            if (!why.isEmpty()) {
                throw new IllegalStateException(why);
            }
            Optional<Throwable> failure = Optional.ofNullable(failures.poll());
            Incarnation begun = now;
            return new EnduringVerdictService.Round() {
                @Override
                public Incarnation incarnation() {
                    return begun;
                }

                @Override
                public Optional<Throwable> failure() {
                    return failure;
                }

                @Override
                public void close() {
                    log.add("close");
                }
            };
        }

        @Override
        public void cutShort(String why, Duration pause) {
            log.add("cut short " + pause.toSeconds() + ": " + why);
        }

        @Override
        public void goesOn(boolean anew) {
            log.add(anew ? "goes on anew" : "goes on");
        }

        @Override
        public void close() {
            log.add("closed");
        }
    }
}
