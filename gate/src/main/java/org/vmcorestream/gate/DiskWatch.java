// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers how much room their disks have (KIP-827), again and again and without waiting for the answer. Brokers before 3.3
 * do not tell, nor do those that refuse the question (it needs DESCRIBE on the cluster): then nothing is known of disks.
 */
final class DiskWatch {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

    /** Between two questions while dumps are in flight. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    /** Between two questions while none is, so that an answer is there when one comes. */
    static final Duration IDLE_PAUSE = Duration.ofMinutes(1);

    /** An answer older than this is none. */
    static final Duration FRESH = Duration.ofMinutes(5);

    private final Admin admin;
    private final String pageData;
    private final Clock clock;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile DiskView view = DiskView.UNKNOWN;
    private volatile long answeredAt;
    private volatile boolean warned;
    private long askedAt = Long.MIN_VALUE;

    /** @param pageData name of topic page-data */
    DiskWatch(Admin admin, String pageData, Clock clock) {
        this.admin = admin;
        this.pageData = pageData;
        this.clock = clock;
    }

    /** What is known now. */
    DiskView view() {
        boolean old = clock.millis() - answeredAt > FRESH.toMillis();
        return old ? DiskView.UNKNOWN : view;
    }

    /**
     * Asks when it is time to.
     *
     * @param busy whether dumps are in flight
     */
    void ask(boolean busy) {
        long now = clock.millis();
        long pause = (busy ? PAUSE : IDLE_PAUSE).toMillis();
        boolean due = askedAt == Long.MIN_VALUE || now - askedAt >= pause || now < askedAt;
        if (due && asking.compareAndSet(false, true)) {
            askedAt = now;
            DescribeClusterResult cluster = admin.describeCluster();
            cluster.nodes().whenComplete((nodes, problem) -> {
                if (problem != null) {
                    failed(problem);
                } else {
                    askDisks(nodes.stream().map(Node::id).toList());
                }
            });
        }
    }

    private void askDisks(List<Integer> brokers) {
        admin.describeTopics(List.of(pageData)).allTopicNames().whenComplete((topics, problem) -> {
            if (problem != null) {
                failed(problem);
                return;
            }
            int replicas = replicas(topics.get(pageData));
            admin.describeLogDirs(brokers).allDescriptions().whenComplete((disks, trouble) -> {
                if (trouble != null) {
                    failed(trouble);
                } else {
                    answered(fullest(disks, pageData, replicas));
                }
            });
        });
    }

    private static int replicas(TopicDescription topic) {
        return Math.max(
                1,
                topic.partitions().stream()
                        .mapToInt(partition -> partition.replicas().size())
                        .max()
                        .orElse(1));
    }

    /** The disk with the least room among those that page-data is on; where it is on none, among all. */
    static DiskView fullest(Map<Integer, Map<String, LogDirDescription>> disks, String pageData, int replicas) {
        DiskView ofPages = DiskView.UNKNOWN;
        DiskView ofAll = DiskView.UNKNOWN;
        for (Map.Entry<Integer, Map<String, LogDirDescription>> broker : disks.entrySet()) {
            for (LogDirDescription disk : broker.getValue().values()) {
                if (disk.error() != null || disk.usableBytes().isEmpty()) {
                    continue;
                }
                long usable = disk.usableBytes().getAsLong();
                DiskView view = new DiskView(usable, broker.getKey(), Math.max(1, disks.size()), replicas);
                ofAll = fuller(ofAll, view);
                if (disk.replicaInfos().keySet().stream()
                        .anyMatch(replica -> replica.topic().equals(pageData))) {
                    ofPages = fuller(ofPages, view);
                }
            }
        }
        return ofPages.usable() >= 0 ? ofPages : ofAll;
    }

    private static DiskView fuller(DiskView one, DiskView other) {
        return one.usable() < 0 || other.usable() < one.usable() ? other : one;
    }

    private void answered(DiskView answer) {
        if (answer.usable() < 0) {
            warn("brokers do not tell");
        } else {
            warned = false;
        }
        view = answer;
        answeredAt = clock.millis();
        asking.set(false);
    }

    private void failed(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        warn(cause instanceof TimeoutException ? "no broker answers" : OneLine.of(cause));
        asking.set(false);
    }

    private void warn(String why) {
        if (!warned) {
            warned = true;
            LOG.warn("the room on the brokers' disks is not known, only the limit counts until it is: {}", why);
        }
    }
}
