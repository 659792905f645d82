// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.Optional;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.archive.StripeVisitor;
import org.vmcorestream.schemas.records.Dump;

/** What a replay reads. Belongs to one thread. */
interface ReplaySource extends AutoCloseable {
    /** A dump whose metadata can be read again. */
    interface StoredStripes {
        /** What topic dumps says of it last. */
        Dump record();

        /**
         * Reads the metadata of a stripe from its first record to its last, or until the visitor has enough.
         *
         * @throws ArchiveException when it cannot be had
         */
        void read(int stripe, StripeVisitor visitor);
    }

    /**
     * A dump by its id.
     *
     * @throws ArchiveException when the cluster does not answer, or what it has cannot be read
     */
    Optional<StoredStripes> find(String dumpId);

    @Override
    void close();
}
