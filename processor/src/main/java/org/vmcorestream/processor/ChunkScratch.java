// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.VerdictRuns;

/** Room that deciding a chunk needs and that one thread uses for all chunks of all stripes. */
final class ChunkScratch {
    /** The chunk's descriptors. */
    final ChunkDescriptors descriptors = new ChunkDescriptors();

    /** Where their struct pages are. */
    final MemmapRuns memmap = new MemmapRuns();

    /** What one rule set says of them. */
    final VerdictRuns runs = new VerdictRuns();

    /** What the capture rule set says of them. */
    final VerdictRuns captured = new VerdictRuns();
}
