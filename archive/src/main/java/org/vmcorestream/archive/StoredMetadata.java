// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.Map;
import org.vmcorestream.schemas.Topics;

/** Reads what page-metadata holds of dumps, by the offsets that topic dumps names. Belongs to one thread. */
public final class StoredMetadata implements AutoCloseable {
    private StoredMetadata() {}

    /** A reader; asks the cluster nothing yet. */
    public static StoredMetadata open(Map<String, Object> client, Topics topics) {
        throw new UnsupportedOperationException(client.toString() + topics);
    }

    /**
     * Reads a stripe from its first record to its last. Only offsets between the two are fetched; records of other stripes
     * among them are passed over.
     *
     * @return bytes of records that were read
     * @throws ArchiveException when it was never sent whole, has expired, or the cluster does not answer
     */
    public long read(StoredDump dump, int stripe, StripeVisitor visitor) {
        throw new UnsupportedOperationException(dump.id() + stripe + visitor);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
