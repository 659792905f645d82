// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

/**
 * What brokers say of their disks.
 *
 * @param usable bytes left on the fullest disk that page-data is on, -1 when that is not known
 * @param broker whose disk that is
 * @param brokers how many brokers there are, at least 1
 * @param replicas copies of each record of page-data, at least 1
 */
record DiskView(long usable, int broker, int brokers, int replicas) {
    /** Nobody told. */
    static final DiskView UNKNOWN = new DiskView(-1, -1, 1, 1);

    /**
     * Whether the fullest disk has room for another dump.
     *
     * @param bytes what the dump can bring: one stripe can be all of it, and lie whole on this disk
     * @param pending what dumps that were granted before can still bring; it spreads over the brokers
     */
    boolean hasRoom(long bytes, long pending, long reserve) {
        return usable < 0 || usable - reserve >= Math.max(bytes, spread(pending + bytes));
    }

    /** Share of one broker in so many bytes and their copies, rounded up. */
    private long spread(long bytes) {
        double copies = Math.min(1.0, (double) replicas / brokers);
        return (long) Math.ceil(bytes * copies);
    }
}
