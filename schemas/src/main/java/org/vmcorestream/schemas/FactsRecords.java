// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.schemas.records.PageFactsRecord;

/** The kernel's page vocabulary as a record and back. */
public final class FactsRecords {
    private FactsRecords() {}

    /** Facts to a record. */
    public static PageFactsRecord toRecord(PageFacts facts) {
        throw new UnsupportedOperationException();
    }

    /** A record to facts; every value is checked against its range. */
    public static PageFacts fromRecord(PageFactsRecord facts) throws MalformedRecordException {
        throw new UnsupportedOperationException();
    }
}
