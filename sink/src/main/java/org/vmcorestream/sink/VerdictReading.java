// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;

/** The first stage of an assembly: reads the verdicts on all stripes. Belongs to one thread at a time. */
interface VerdictReading {
    /**
     * Reads a little.
     *
     * @param latest newest record of the dump
     * @param stalled whether nothing more is expected than what is there
     * @param failed whether the capture has failed and nothing came for a while
     * @throws IOException when the file cannot be written
     */
    Step step(DumpPlan latest, boolean stalled, boolean failed) throws IOException;

    /** Whether the last step brought something of this assembly. */
    boolean news();
}
