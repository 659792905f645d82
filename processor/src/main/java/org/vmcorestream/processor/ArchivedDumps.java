// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.Map;
import java.util.Optional;
import org.vmcorestream.archive.DumpCatalog;
import org.vmcorestream.archive.StoredDump;
import org.vmcorestream.archive.StoredMetadata;
import org.vmcorestream.archive.StripeVisitor;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.Dump;

/** Dumps as the cluster has them. */
final class ArchivedDumps implements ReplaySource {
    private final DumpCatalog catalog;
    private final StoredMetadata metadata;

    /** Asks the cluster nothing yet. */
    ArchivedDumps(Map<String, Object> client, Topics topics) {
        catalog = DumpCatalog.open(client, topics);
        metadata = StoredMetadata.open(client, topics);
    }

    @Override
    public Optional<StoredStripes> find(String dumpId) {
        return catalog.find(dumpId).map(Stored::new);
    }

    @Override
    public void close() {
        try {
            catalog.close();
        } finally {
            metadata.close();
        }
    }

    private final class Stored implements StoredStripes {
        private final StoredDump dump;

        Stored(StoredDump dump) {
            this.dump = dump;
        }

        @Override
        public Dump record() {
            return dump.dump();
        }

        @Override
        public void read(int stripe, StripeVisitor visitor) {
            metadata.read(dump, stripe, visitor);
        }
    }
}
