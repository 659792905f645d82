// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmcorestream.schemas.Topics;

/** The dumps of a cluster, found by id or by time. Belongs to one thread. */
public final class DumpCatalog implements AutoCloseable {
    private DumpCatalog() {}

    /** A catalog; asks the cluster nothing yet. */
    public static DumpCatalog open(Map<String, Object> client, Topics topics) {
        throw new UnsupportedOperationException(client.toString() + topics);
    }

    /**
     * A dump by its id. An id says when the dump was opened, so only what one partition holds from then on is read.
     *
     * @throws ArchiveException when the cluster does not answer, or the dump's record cannot be read
     */
    public Optional<StoredDump> find(String dumpId) {
        throw new UnsupportedOperationException(dumpId);
    }

    /**
     * Every dump opened from {@code from} to before {@code to}, oldest first, its last record each; a record that cannot be
     * read is told to {@code unreadable} in one line. What was sent before {@code from} is not read.
     */
    public void scan(Instant from, Instant to, Consumer<StoredDump> each, Consumer<String> unreadable) {
        throw new UnsupportedOperationException(from + "" + to + each + unreadable);
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
