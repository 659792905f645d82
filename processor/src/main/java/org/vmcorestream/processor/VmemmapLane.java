// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.UnusedVmemmap;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.records.PfnRange;

/** Unused vmemmap of one rule set on its way through one stripe. Its only state between two chunks is the counter. */
final class VmemmapLane {
    private final UnusedVmemmap unused;
    private long pages;

    /**
     * @param structPageSize SIZE(page) in bytes, 0 when unknown: then nothing is found
     * @param pageSize in bytes
     * @param drops whether the rule set drops unused vmemmap; when it does not, nothing is found
     * @param pages page frames named before
     */
    VmemmapLane(int structPageSize, int pageSize, boolean drops, long pages) {
        unused = drops && structPageSize > 0 ? new UnusedVmemmap(structPageSize, pageSize) : null;
        this.pages = pages;
    }

    /** Whether there is anything to find at all. */
    boolean active() {
        return unused != null;
    }

    /** Page frames that hold struct pages of excluded pages of a chunk only, ascending and apart. */
    List<PfnRange> find(VerdictRuns verdict, MemmapRuns memmap) {
        if (unused == null) {
            return List.of();
        }
        unused.find(verdict, memmap);
        List<PfnRange> ranges = new ArrayList<>(unused.runs());
        for (int run = 0; run < unused.runs(); run++) {
            ranges.add(new PfnRange(unused.firstPfn(run), unused.endPfn(run)));
        }
        pages += unused.pages();
        return ranges;
    }

    /** Page frames named in all chunks so far. */
    long pages() {
        return pages;
    }
}
