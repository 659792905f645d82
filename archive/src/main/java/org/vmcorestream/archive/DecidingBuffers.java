// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.VerdictRuns;

/** What a thread that decides stripes uses again and again. */
final class DecidingBuffers {
    final ChunkDescriptors descriptors = new ChunkDescriptors();
    final MemmapRuns memmap = new MemmapRuns();
    private final List<VerdictRuns> verdicts = new ArrayList<>();

    /** The verdict of a lane. */
    VerdictRuns verdict(int lane) {
        while (verdicts.size() <= lane) {
            verdicts.add(new VerdictRuns());
        }
        return verdicts.get(lane);
    }
}
