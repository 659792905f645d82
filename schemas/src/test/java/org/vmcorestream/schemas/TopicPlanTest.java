// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;

class TopicPlanTest {
    private final Topics topics = new Topics("x.");

    @Test
    void shouldPlanEveryTopicOnce() {
        assertThat(plan(6, 1).keySet())
                .containsExactlyInAnyOrder(
                        "x.dumps",
                        "x.page-metadata",
                        "x.page-data",
                        "x.verdicts",
                        "x.exclusion-stats",
                        "x.dump-files",
                        "x.rule-sets",
                        "x.replays",
                        "x.alarms",
                        "x.admissions",
                        "x.dead-letters")
                .allSatisfy(Topic::validate);
    }

    @Test
    void shouldGiveTheStripeTopicsEquallyManyPartitions() {
        Map<String, NewTopic> plan = plan(6, 3);
        assertThat(plan.get("x.page-metadata").numPartitions()).isEqualTo(6);
        assertThat(plan.get("x.page-data").numPartitions()).isEqualTo(6);
        assertThat(plan.get("x.verdicts").numPartitions()).isEqualTo(6);
        assertThat(plan.get("x.dumps").numPartitions()).isEqualTo(6);
    }

    @Test
    void shouldNeverCompactPageData() {
        assertThat(plan(1, 1).get("x.page-data").configs())
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("compression.type", "uncompressed")
                .containsEntry("retention.ms", "604800000")
                .containsEntry("max.message.bytes", "4194304");
    }

    @Test
    void shouldKeepDumpsForEver() {
        assertThat(plan(1, 1).get("x.dumps").configs())
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("max.message.bytes", "20971520")
                .doesNotContainKey("retention.ms");
    }

    @Test
    void shouldCompactAndDeleteWhatCanBeDecidedAgain() {
        for (String name : new String[] {"x.page-metadata", "x.verdicts"}) {
            assertThat(plan(1, 1).get(name).configs())
                    .containsEntry("cleanup.policy", "compact,delete")
                    .containsEntry("compression.type", "producer")
                    .containsEntry("retention.ms", "2592000000");
        }
    }

    @Test
    void shouldDemandTwoReplicasOfThree() {
        assertThat(plan(1, 3).get("x.dumps").configs()).containsEntry("min.insync.replicas", "2");
        assertThat(plan(1, 2).get("x.dumps").configs()).containsEntry("min.insync.replicas", "1");
        assertThat(plan(1, -1).get("x.dumps").configs()).doesNotContainKey("min.insync.replicas");
        assertThat(plan(1, 3).get("x.dumps").replicationFactor()).isEqualTo((short) 3);
    }

    @Test
    void shouldRefuseImpossibleNumbers() {
        assertThatThrownBy(() -> new TopicPlan(topics, 0, (short) 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 partitions, expected 1 or more");
        assertThatThrownBy(() -> new TopicPlan(topics, 1, (short) 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("replication factor 0");
    }

    @Test
    void shouldTakeOtherRetention() {
        TopicPlan plan = new TopicPlan(topics, 1, (short) 1, Duration.ofHours(1), Duration.ofHours(2));
        Map<String, NewTopic> byName = byName(plan);
        assertThat(byName.get("x.page-data").configs()).containsEntry("retention.ms", "3600000");
        assertThat(byName.get("x.verdicts").configs()).containsEntry("retention.ms", "7200000");
    }

    @Test
    void shouldFindNothingWrongWithItsOwnTopics() {
        assertThat(TopicCheck.problems(topics, found(6))).isEmpty();
    }

    @Test
    void shouldNameMissingTopics() {
        Map<String, TopicCheck.Found> found = found(6);
        found.remove("x.verdicts");
        assertThat(TopicCheck.problems(topics, found))
                .containsExactly("topic x.verdicts is missing, expected one made by 'topics create'");
    }

    @Test
    void shouldNameUnequalPartitionCounts() {
        Map<String, TopicCheck.Found> found = found(6);
        found.put("x.page-data", new TopicCheck.Found(5, 4 << 20, "delete"));
        assertThat(TopicCheck.problems(topics, found))
                .containsExactly("topic x.page-data has 5 partitions, expected 6 as x.page-metadata has");
    }

    @Test
    void shouldNameTopicsThatTakeTooSmallMessages() {
        Map<String, TopicCheck.Found> found = found(6);
        found.put("x.dumps", new TopicCheck.Found(1, 1_048_588, "compact"));
        assertThat(TopicCheck.problems(topics, found))
                .containsExactly("topic x.dumps has max.message.bytes=1048588, expected at least 20971520");
    }

    @Test
    void shouldWarnOfCompactedPageData() {
        Map<String, TopicCheck.Found> found = found(6);
        found.put("x.page-data", new TopicCheck.Found(6, 4 << 20, "compact,delete"));
        assertThat(TopicCheck.problems(topics, found))
                .containsExactly(
                        "topic x.page-data has cleanup.policy=compact,delete, expected delete: all batches of a"
                                + " stripe have one key, and compaction keeps only the last");
    }

    private Map<String, TopicCheck.Found> found(int partitions) {
        Map<String, TopicCheck.Found> found = new HashMap<>();
        plan(partitions, 1)
                .forEach((name, topic) -> found.put(
                        name,
                        new TopicCheck.Found(
                                topic.numPartitions(),
                                Long.parseLong(topic.configs().get("max.message.bytes")),
                                topic.configs().get("cleanup.policy"))));
        return found;
    }

    private Map<String, NewTopic> plan(int partitions, int replicas) {
        return byName(new TopicPlan(topics, partitions, (short) replicas));
    }

    private static Map<String, NewTopic> byName(TopicPlan plan) {
        return plan.newTopics().stream().collect(Collectors.toMap(NewTopic::name, Function.identity()));
    }
}
