// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.archive.RuleSetShelf;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.PublishedRuleSet;

/** What only a real broker can show of the archive: transactions that take over from each other. */
class ArchiveOnABrokerTest {
    private static final Topics TOPICS = new Topics("vmcore.");
    private static final int PUBLISHERS = 3;
    private static final int TEXTS = 3;

    @TempDir
    private Path folder;

    @Test
    void shouldGivePublishersAtTheSameTimeDifferentVersions() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(folder)) {
            Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(client)) {
                new TopicPlan(TOPICS, 1, (short) 1).createMissing(admin, Duration.ofSeconds(30));
            }
            List<PublishedRuleSet> published = publish(client);

            int all = PUBLISHERS * TEXTS;
            assertThat(published)
                    .hasSize(all)
                    .extracting(PublishedRuleSet::getVersion)
                    .doesNotHaveDuplicates();
            try (RuleSetShelf shelf = RuleSetShelf.open(client, TOPICS)) {
                assertThat(shelf.all()).containsExactlyInAnyOrderElementsOf(published);
                assertThat(shelf.all().get(0).getVersion()).isEqualTo(1);
                assertThat(shelf.named("mine")).get().extracting(RuleSet::name).isEqualTo("mine@" + all);
            }
        }
    }

    private static List<PublishedRuleSet> publish(Map<String, Object> client) throws Exception {
        CyclicBarrier start = new CyclicBarrier(PUBLISHERS);
        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS);
        try {
            List<Future<List<PublishedRuleSet>>> running = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                int publisher = i;
                running.add(threads.submit(() -> {
                    List<PublishedRuleSet> own = new ArrayList<>();
                    try (RuleSetShelf shelf = RuleSetShelf.open(client, TOPICS)) {
                        start.await(30, TimeUnit.SECONDS);
                        for (int text = 0; text < TEXTS; text++) {
                            own.add(shelf.publish("test", text(publisher, text), "me@here"));
                        }
                    }
                    return own;
                }));
            }
            List<PublishedRuleSet> published = new ArrayList<>();
            for (Future<List<PublishedRuleSet>> each : running) {
                published.addAll(each.get(120, TimeUnit.SECONDS));
            }
            return published;
        } finally {
            threads.shutdownNow();
        }
    }

    private static String text(int publisher, int number) {
        return "name: mine\nrules:\n  - exclude: by-" + publisher + "\n    when: page._mapcount == " + number + "\n";
    }
}
