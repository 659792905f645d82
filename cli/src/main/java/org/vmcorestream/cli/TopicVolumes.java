// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.Topics;

/** How much the topics hold, as brokers say. */
final class TopicVolumes {
    private final Cluster cluster;
    private final Admin admin;
    private final Topics topics;

    TopicVolumes(Cluster cluster, Topics topics) {
        this.cluster = cluster;
        admin = cluster.admin();
        this.topics = topics;
    }

    /**
     * What a topic holds.
     *
     * @param partitions number of its partitions
     * @param offsets offsets given out so far: records, and what transactions leave behind them
     * @param bytes bytes on disk of one copy of each partition
     */
    record Volume(int partitions, long offsets, long bytes) {}

    /** Asks for the topics that exist. */
    Map<String, Volume> ask() throws ExecutionException, TimeoutException, InterruptedException {
        Set<String> existing = new HashSet<>(cluster.answer(admin.listTopics().names()));
        List<String> names = new TopicPlan(topics, 1, (short) 1)
                .newTopics().stream()
                        .map(NewTopic::name)
                        .filter(existing::contains)
                        .toList();
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicDescription topic :
                cluster.answer(admin.describeTopics(names).allTopicNames()).values()) {
            topic.partitions().forEach(p -> ends.put(new TopicPartition(topic.name(), p.partition()), 0L));
        }
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : cluster.answer(admin.listOffsets(
                                ends.keySet().stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
                        .all())
                .entrySet()) {
            ends.put(end.getKey(), end.getValue().offset());
        }
        Map<TopicPartition, Long> bytes = bytes();
        Map<String, Volume> volumes = new HashMap<>();
        ends.forEach((partition, end) -> volumes.merge(
                partition.topic(),
                new Volume(1, end, bytes.getOrDefault(partition, 0L)),
                (a, b) -> new Volume(a.partitions + b.partitions, a.offsets + b.offsets, a.bytes + b.bytes)));
        return volumes;
    }

    /** Bytes of each topic in one line, without the prefix of their names. */
    static String line(Map<String, Volume> volumes, Topics topics) {
        return volumes.entrySet().stream()
                .filter(volume -> volume.getValue().bytes() > 0)
                .sorted(Map.Entry.comparingByKey())
                .map(volume -> volume.getKey().substring(topics.prefix().length()) + " "
                        + volume.getValue().bytes())
                .collect(Collectors.joining(", "));
    }

    private Map<TopicPartition, Long> bytes() throws ExecutionException, TimeoutException, InterruptedException {
        List<Integer> brokers = cluster.answer(admin.describeCluster().nodes()).stream()
                .map(node -> node.id())
                .toList();
        Map<TopicPartition, Long> largest = new HashMap<>();
        for (Map<String, LogDirDescription> folders :
                cluster.answer(admin.describeLogDirs(brokers).allDescriptions()).values()) {
            for (LogDirDescription folder : folders.values()) {
                folder.replicaInfos().forEach((partition, copy) -> largest.merge(partition, copy.size(), Math::max));
            }
        }
        return largest;
    }
}
