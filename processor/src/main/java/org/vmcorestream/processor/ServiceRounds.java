// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.rules.RuleSet;

/** One {@link VerdictService} after the other, on a cluster. */
final class ServiceRounds implements EnduringVerdictService.Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRounds.class);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final VerdictService.Settings settings;
    private final Duration timeout;
    private final Admin admin;
    private final TopicQuestion question;
    private boolean first = true;

    /**
     * @param timeout how long a service may take to start
     * @throws IllegalStateException in one line when the cluster's settings cannot be
     */
    ServiceRounds(VerdictService.Settings settings, Duration timeout) {
        this.settings = settings;
        this.timeout = timeout;
        try {
            admin = Admin.create(StreamsSettings.admin(StreamsSettings.of(settings), "vmcore-stream-processor-watch"));
        } catch (KafkaException e) {
            throw new IllegalStateException("processor cannot reach its cluster: " + OneLine.of(e.getMessage()), e);
        }
        question = new TopicQuestion(admin, settings.topics(), settings.replayShare() > 0);
    }

    @Override
    public TopicAnswer ask() throws InterruptedException {
        return question.ask(ANSWER);
    }

    @Override
    public EnduringVerdictService.Round begin(boolean anew) throws InterruptedException {
        VerdictService service = new VerdictService(first ? settings : settings.with(ruleSetsNow()));
        first = false;
        try {
            if (anew) {
                new GroupOffsets(
                                admin,
                                settings.applicationId(),
                                settings.topics().pageMetadata())
                        .toBeginning();
            }
            return new Running(service, service.begin(timeout));
        } catch (InterruptedException | RuntimeException e) {
            service.close();
            throw e;
        }
    }

    /**
     * The rule sets for dumps that ask for none, as the cluster has them now: a name and version that were published again mean what they
     * mean there. One that was not is applied as it was, so that no dump has to wait for it.
     */
    private List<RuleSet> ruleSetsNow() {
        List<RuleSet> now = new ArrayList<>();
        try (RuleSetShelf shelf = RuleSetShelf.open(settings.client(), settings.topics())) {
            for (RuleSet ruleSet : settings.ruleSets()) {
                Optional<RuleSet> published =
                        ruleSet.name().indexOf('@') < 0 ? Optional.of(ruleSet) : shelf.named(ruleSet.name());
                if (published.isEmpty()) {
                    LOG.warn("rule set {} is not published any more, it is applied as it was", ruleSet.name());
                }
                now.add(published.orElse(ruleSet));
            }
        }
        return now;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }

    private record Running(VerdictService service, Incarnation incarnation) implements EnduringVerdictService.Round {
        @Override
        public Optional<Throwable> failure() {
            return service.failure();
        }

        @Override
        public void close() {
            service.close();
        }
    }
}
