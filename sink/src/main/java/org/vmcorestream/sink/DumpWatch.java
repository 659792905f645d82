// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows topic dumps as a member of the group of sinks. No offset is ever committed: what is done is known from dump-files,
 * and a partition is read from its beginning whenever it is assigned. Belongs to one thread, but for {@link #stop}.
 */
final class DumpWatch implements ConsumerRebalanceListener, AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final String topic;
    private final DumpBoard board;
    private final FinishedFiles finished;
    private final LogReader files;
    private volatile boolean stopped;
    private boolean behind = true;

    /**
     * @param consumer member of the group
     * @param topic name of topic dumps
     * @param files reader of dump-files, for this class alone
     */
    DumpWatch(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            String topic,
            DumpBoard board,
            FinishedFiles finished,
            LogReader files) {
        this.consumer = consumer;
        this.topic = topic;
        this.board = board;
        this.finished = finished;
        this.files = files;
    }

    /** Follows the topic until it is stopped; throws what makes that impossible. */
    void run() {
        consumer.subscribe(List.of(topic), this);
        while (!stopped) {
            try {
                step();
            } catch (WakeupException e) {
                continue;
            } catch (RetriableException e) {
                pause();
            }
        }
    }

    /** Reads a little. */
    void step() {
        if (behind) {
            finished.catchUp(files);
            behind = false;
        }
        ConsumerRecords<ByteBuffer, ByteBuffer> records = consumer.poll(WAIT);
        if (behind) {
            // Another sink may have finished files of a partition that has just come; its records are read again next
            // time.
            records.partitions().forEach(partition -> consumer.seekToBeginning(List.of(partition)));
            return;
        }
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records) {
            board.accept(KafkaLogReader.record(record));
        }
    }

    private void pause() {
        try {
            Thread.sleep(WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            consumer.seekToBeginning(partitions);
            behind = true;
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        board.revoke(partitions.stream().map(TopicPartition::partition).toList());
    }

    /** Makes {@link #run} return; can be called from any thread. */
    void stop() {
        stopped = true;
        consumer.wakeup();
    }

    @Override
    public void close() {
        files.close();
        consumer.close(CloseOptions.timeout(CLOSE));
    }
}
