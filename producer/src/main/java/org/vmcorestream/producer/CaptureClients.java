// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;

/** Where a capture gets new clients when its own have failed. */
interface CaptureClients {
    /**
     * Connects once more.
     *
     * @throws CaptureException when the cluster does not answer, or its topics are not as they must be
     */
    CaptureCluster connect() throws InterruptedException;

    /**
     * A reader of what the cluster has.
     *
     * @throws CaptureException when the client's settings are wrong
     */
    PartitionLog log();

    /** Waits before the cluster is asked again. */
    void pause(Duration pause) throws InterruptedException;

    /** Those of a cluster. */
    static CaptureClients of(CaptureSettings settings) {
        return new CaptureClients() {
            @Override
            public CaptureCluster connect() throws InterruptedException {
                return CaptureConnection.open(settings).cluster();
            }

            @Override
            public PartitionLog log() {
                return KafkaPartitionLog.open(settings.client(), settings.topics());
            }

            @Override
            public void pause(Duration pause) throws InterruptedException {
                Thread.sleep(pause.toMillis());
            }
        };
    }
}
