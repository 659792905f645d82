// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.PublishedRuleSet;

class RuleSetShelfTest {
    private static final String TOPIC = "vmcore.rule-sets";

    private final FakeCluster cluster = new FakeCluster().topic(TOPIC, 1);
    private final Deque<FakePublisher> publishers = new ArrayDeque<>();
    private final RuleSetShelf shelf = shelf();

    /** A text is a name and anything behind it; {@code bad} in it makes it none. */
    private static RuleSet read(String source, String text) throws RuleTextException {
        if (text.contains("bad")) {
            throw new RuleTextException(source, 3, 7, "bad, expected good");
        }
        return new RuleSet(text.split(" ")[0], false, List.of());
    }

    private RuleSetShelf shelf() {
        return new RuleSetShelf(
                () -> new RuleSetLog(cluster.cursor(), TOPIC),
                TOPIC,
                () -> publishers.isEmpty() ? new FakePublisher(cluster) : publishers.remove(),
                RuleSetShelfTest::read);
    }

    private FakePublisher publisher() {
        FakePublisher publisher = new FakePublisher(cluster);
        publishers.add(publisher);
        return publisher;
    }

    private long put(String name, int version, String text) {
        return put(name, version, new PublishedRuleSet(name, version, 1L, "me", text));
    }

    private long put(String name, int version, PublishedRuleSet record) {
        return cluster.add(TOPIC, 0, 1, Keys.ruleSet(name, version), record);
    }

    @Test
    void shouldKnowBuiltInRuleSetsWithoutACluster() {
        assertThat(shelf.named("31")).get().extracting(RuleSet::name).isEqualTo("level-31");
        assertThat(shelf.named("capture")).isPresent();
        assertThat(cluster.consumers).isEmpty();
    }

    @Test
    void shouldGiveTheNewestVersionUnderItsPinnedName() {
        put("mine", 1, "mine a");
        put("mine", 2, "mine b");

        assertThat(shelf.named("mine")).get().extracting(RuleSet::name).isEqualTo("mine@2");
        assertThat(shelf.named("mine@1")).get().extracting(RuleSet::name).isEqualTo("mine@1");
        assertThat(shelf.published("mine@1"))
                .get()
                .extracting(PublishedRuleSet::getText)
                .isEqualTo("mine a");
        assertThat(shelf.named("mine@3")).isEmpty();
        assertThat(shelf.named("other")).isEmpty();
        assertThat(shelf.named("mine@0")).isEmpty();
        assertThat(shelf.named("No Name")).isEmpty();
    }

    @Test
    void shouldFindWhatWasPublishedAfterTheTopicWasRead() {
        put("mine", 1, "mine a");
        assertThat(shelf.named("mine@2")).isEmpty();

        put("mine", 2, "mine b");

        assertThat(shelf.named("mine@2")).isPresent();
        put("mine", 3, "mine c");
        assertThat(shelf.named("mine")).get().extracting(RuleSet::name).isEqualTo("mine@3");
        assertThat(cluster.consumers).hasSize(1);
        assertThat(cluster.consumers.get(0).given).as("records read, each once").isEqualTo(3);
    }

    @Test
    void shouldNotAskTheClusterAgainForAKnownVersion() {
        put("mine", 1, "mine a");
        shelf.named("mine@1");
        int polls = cluster.consumers.get(0).polls;

        assertThat(shelf.named("mine@1").orElseThrow())
                .isSameAs(shelf.named("mine@1").orElseThrow());

        assertThat(cluster.consumers.get(0).polls).isEqualTo(polls);
    }

    @Test
    void shouldPublishVersionsOneAfterTheOther() throws RuleTextException {
        PublishedRuleSet first = shelf.publish("f.yaml", "mine a", "me@here");
        PublishedRuleSet second = shelf.publish("f.yaml", "mine b", "me@here");
        PublishedRuleSet other = shelf.publish("f.yaml", "other a", "me@here");

        assertThat(List.of(first, second, other))
                .extracting(record -> record.getName() + "@" + record.getVersion())
                .containsExactly("mine@1", "mine@2", "other@1");
        assertThat(shelf().all())
                .extracting(record -> record.getName() + "@" + record.getVersion() + " " + record.getText())
                .containsExactly("mine@1 mine a", "mine@2 mine b", "other@1 other a");
        assertThat(first.getPublishedBy()).isEqualTo("me@here");
    }

    @Test
    void shouldNotPublishTheNewestTextAgain() throws RuleTextException {
        shelf.publish("f.yaml", "mine a", "me");

        assertThat(shelf.publish("f.yaml", "mine a", "you").getVersion()).isEqualTo(1);

        shelf.publish("f.yaml", "mine b", "me");
        assertThat(shelf.publish("f.yaml", "mine a", "you").getVersion()).isEqualTo(3);
    }

    @Test
    void shouldTakeTheNextVersionWhenAnotherPublishedInBetween() throws RuleTextException {
        publisher().beforeCommit = () -> publishedByAnother("mine b");

        PublishedRuleSet mine = shelf.publish("f.yaml", "mine a", "me");

        assertThat(mine.getVersion()).isEqualTo(2);
        assertThat(shelf().all())
                .extracting(PublishedRuleSet::getText)
                .as("nothing is lost, and no version is there twice")
                .containsExactly("mine b", "mine a");
    }

    @Test
    void shouldTakeTheVersionThatAnotherPublishedWithTheSameText() throws RuleTextException {
        publisher().beforeCommit = () -> publishedByAnother("mine a");

        assertThat(shelf.publish("f.yaml", "mine a", "me").getPublishedBy()).isEqualTo("another");
        assertThat(shelf().all()).hasSize(1);
    }

    private void publishedByAnother(String text) {
        try {
            shelf().publish("f.yaml", text, "another");
        } catch (RuleTextException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldFindOutWhatBecameOfATransactionWithoutAnAnswer() throws RuleTextException {
        publisher().answersNothing = true;

        assertThat(shelf.publish("f.yaml", "mine a", "me").getVersion()).isEqualTo(1);
        assertThat(shelf().all()).hasSize(1);
    }

    @Test
    void shouldTryAgainWhenTheTransactionIsNoneAnyMore() throws RuleTextException {
        publisher().refusal = new InvalidTxnStateException("another took it over");
        publisher().refusal = new KafkaException("an error of no kind");

        assertThat(shelf.publish("f.yaml", "mine a", "me").getVersion()).isEqualTo(1);
        assertThat(publishers).isEmpty();
        assertThat(shelf().all()).hasSize(1);
    }

    @Test
    void shouldSayWhyTheClusterDoesNotLetOnePublish() {
        publisher().refusal = new TopicAuthorizationException("not you");

        assertThatThrownBy(() -> shelf.publish("f.yaml", "mine a", "me"))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("rule set mine cannot be published on topic vmcore.rule-sets: not you");
    }

    @Test
    void shouldRefuseTextsThatAreNoRuleSet() {
        assertThatThrownBy(() -> shelf.publish("f.yaml", "mine bad", "me"))
                .isInstanceOf(RuleTextException.class)
                .hasMessage("f.yaml:3:7: bad, expected good");
        assertThat(cluster.consumers).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"level-31", "31", "level-3-e", "capture"})
    void shouldRefuseNamesOfBuiltInRuleSets(String name) {
        assertThatThrownBy(() -> shelf.publish("f.yaml", name, "me"))
                .isInstanceOf(RuleTextException.class)
                .hasMessage("f.yaml:1:1: rule set is called " + name + ", which is built in; expected another name");
    }

    @Test
    void shouldRefuseNamesWithAVersion() {
        assertThatThrownBy(() -> shelf.publish("f.yaml", "mine@3", "me"))
                .hasMessage("f.yaml:1:1: rule set is called mine@3, expected a name without a version");
    }

    @Test
    void shouldRefuseTextsThatAreTooLong() {
        String text = "mine " + "x".repeat(RuleSetLog.MAX_TEXT_BYTES);

        assertThatThrownBy(() -> shelf.publish("f.yaml", text, "me"))
                .isInstanceOf(RuleTextException.class)
                .hasMessage("f.yaml:1:1: 524293 bytes, expected at most 524288");
    }

    @Test
    void shouldKeepTheFirstOfTwoTextsOfOneVersion() {
        put("mine", 1, "mine a");
        put("mine", 1, "mine hijacked");

        assertThat(shelf.published("mine"))
                .get()
                .extracting(PublishedRuleSet::getText)
                .isEqualTo("mine a");
    }

    @Test
    void shouldKeepAReadableVersionWhenGarbageComesUnderItsKey() throws RuleTextException {
        put("mine", 1, "mine a");
        cluster.add(TOPIC, 0, 1, Keys.ruleSet("mine", 1), new byte[] {1, 2, 3});

        assertThat(shelf.named("mine@1")).isPresent();
        assertThat(shelf.named("mine")).get().extracting(RuleSet::name).isEqualTo("mine@1");
        assertThat(shelf.publish("f.yaml", "mine b", "me").getVersion()).isEqualTo(2);
    }

    @Test
    void shouldPassOverKeysThatAreNone() {
        for (String key : List.of("mine", "mine/0", "mine/1/2", "Mine/1", "mine/9999999999", "")) {
            cluster.add(TOPIC, 0, 1, key.getBytes(StandardCharsets.UTF_8), new byte[3]);
        }
        cluster.add(TOPIC, 0, 1, null, new byte[3]);
        put("mine", 1, "mine a");

        assertThat(shelf.named("mine")).isPresent();
        assertThat(shelf.all()).hasSize(1);
    }

    @Test
    void shouldSayThatARecordCannotBeReadWhenItIsAskedFor() {
        put("mine", 1, "mine a");
        cluster.add(TOPIC, 0, 1, Keys.ruleSet("mine", 2), new byte[] {1, 2, 3});
        put("mine", 3, new PublishedRuleSet("yours", 3, 1L, "me", "yours a"));
        put("mine", 4, new PublishedRuleSet("mine", 3, 1L, "me", "mine a"));
        put("mine", 5, new PublishedRuleSet("mine", 5, -1L, "me", "mine a"));
        put("mine", 6, new PublishedRuleSet("mine", 6, 1L, "m".repeat(257), "mine a"));
        put("level-3", 1, "level-3 a");
        put("mine", 7, "mine bad");
        put("mine", 8, "other");

        assertThat(shelf.named("mine@1")).isPresent();
        assertUnreadable("mine@2", "rule set mine@2 cannot be read: vmcore.rule-sets-0 offset 1: record of 3 bytes");
        assertUnreadable("mine@3", "rule set is yours version 3, expected mine version 3 as its key says");
        assertUnreadable("mine@4", "rule set is mine version 3, expected mine version 4 as its key says");
        assertUnreadable("mine@5", "publishedAt is -1, expected 0 or more");
        assertUnreadable("mine@6", "publishedBy has 257 characters, expected at most 256");
        assertUnreadable("mine@7", "rule set mine@7 cannot be used: mine@7:3:7: bad, expected good");
        assertUnreadable("mine", "text of rule set mine@8 calls itself other, expected mine");
        assertThat(shelf.named("level-3@1")).isEmpty();
        assertThat(shelf.all()).extracting(PublishedRuleSet::getVersion).containsExactly(1, 7, 8);
    }

    private void assertUnreadable(String name, String problem) {
        assertThatThrownBy(() -> shelf.named(name))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldNeverGiveOutTheNumberOfADeletedVersionAgain() throws RuleTextException {
        put("mine", 1, "mine a");
        put("mine", 2, "mine b");
        cluster.add(TOPIC, 0, 1, Keys.ruleSet("mine", 2), (byte[]) null);

        assertThat(shelf.named("mine@2")).isEmpty();
        assertThat(shelf.named("mine")).get().extracting(RuleSet::name).isEqualTo("mine@1");
        assertThat(shelf.publish("f.yaml", "mine c", "me").getVersion()).isEqualTo(3);
    }

    @Test
    void shouldSayThatTheTopicIsMissing() {
        cluster.topics.remove(TOPIC);

        assertThatThrownBy(() -> shelf.named("mine"))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("topic vmcore.rule-sets is missing, expected one made by 'topics create'");
    }

    @Test
    void shouldNotWaitForEverForAClusterThatGivesNothing() {
        put("mine", 1, "mine a");
        cluster.silent = true;

        assertThatThrownBy(() -> shelf.named("mine"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("vmcore.rule-sets-0 gives no record from offset 0 on within 200 ms");
    }
}
