// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/** Told what page-metadata holds of a stripe, in order. */
public interface StripeVisitor {
    /** The stripe's first record. */
    void opened(StripeOpened opened);

    /**
     * A chunk.
     *
     * @return whether to go on
     */
    boolean chunk(ChunkMetadata chunk);

    /** The stripe's last record. */
    void closed(StripeClosed closed);
}
