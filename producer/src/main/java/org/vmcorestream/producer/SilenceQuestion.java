// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.errors.InterruptException;
import org.vmcorestream.schemas.Topics;

/**
 * Asks, whenever it is told that the cluster acknowledges nothing, whether it is there and lacks the topics: a cluster that came back empty
 * is silent to records as one that is gone. All else goes to the listener as it is.
 */
final class SilenceQuestion implements CaptureProgress {
    private final CaptureProgress listener;
    private final CaptureClients clients;
    private final Topics topics;

    SilenceQuestion(CaptureProgress listener, CaptureClients clients, Topics topics) {
        this.listener = listener;
        this.clients = clients;
        this.topics = topics;
    }

    @Override
    public void at(Stage stage, long done, long total) {
        listener.at(stage, done, total);
    }

    @Override
    public void waiting(int ahead, String reason) {
        listener.waiting(ahead, reason);
    }

    @Override
    public void silent(Duration since, Duration patience) {
        listener.silent(since, patience);
        if (!since.isZero()) {
            ask();
        }
    }

    private void ask() {
        try (PartitionLog log = clients.log()) {
            for (String topic : List.of(topics.dumps(), topics.pageMetadata(), topics.pageData())) {
                log.partitions(topic);
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (CaptureException e) {
            // What a client reports has a cause: then the cluster is gone, which was said.
            if (e.getCause() == null) {
                listener.lacks(OneLine.of(e));
            }
        }
    }

    @Override
    public void lacks(String what) {
        listener.lacks(what);
    }

    @Override
    public void goesOn(String why, Duration pause) {
        listener.goesOn(why, pause);
    }
}
