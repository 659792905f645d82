// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.apache.kafka.clients.admin.Admin;

/**
 * The clients of one capture, connected to a cluster whose topics are as they must be. Nothing was sent yet, so that it can be
 * opened while the vmcore is. Good for one capture.
 */
public final class CaptureConnection implements AutoCloseable {
    private final CaptureSettings settings;
    private final CaptureCluster cluster;

    private CaptureConnection(CaptureSettings settings, CaptureCluster cluster) {
        this.settings = settings;
        this.cluster = cluster;
    }

    /**
     * Connects.
     *
     * @throws CaptureException when the client settings are wrong, the cluster does not answer within {@code max.block.ms},
     *     or its topics are not as they must be
     */
    public static CaptureConnection open(CaptureSettings settings) throws InterruptedException {
        return new CaptureConnection(
                settings, ClusterConnection.open(settings, () -> Admin.create(ClientConfigs.admin(settings))));
    }

    /**
     * Connects, with a client that was made before.
     *
     * @param admin a client of the same cluster, which belongs to the connection from now on, also when this throws
     * @throws CaptureException as {@link #open(CaptureSettings)} does
     */
    public static CaptureConnection open(CaptureSettings settings, Admin admin) throws InterruptedException {
        return new CaptureConnection(settings, ClusterConnection.open(settings, () -> admin));
    }

    /** How a vmcore is captured with it. */
    public CaptureSettings settings() {
        return settings;
    }

    /** The clients. */
    CaptureCluster cluster() {
        return cluster;
    }

    /** Closes the clients at once; what a capture that ended well had sent is acknowledged by then. */
    @Override
    public void close() {
        cluster.close();
    }
}
