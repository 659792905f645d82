// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.util.List;
import java.util.function.Supplier;
import org.vmcorestream.vmcore.MemoryMap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;

/**
 * Which page frames there are, whatever the format of the file. Each set but {@code present} is a view for one thread, made anew
 * when it is asked for.
 *
 * @param endPfn page frame behind the last one
 * @param present page frames with memory, ascending, apart and not adjacent
 * @param views of the others
 */
public record Frames(long endPfn, List<PfnRun> present, Views views) implements MemoryMap {
    /**
     * Sets of page frames, each a part of the one before. What they say at and beyond the end of memory does not matter.
     *
     * @param held page frames that are in the file, or should be: all others have no data
     * @param backed those of them that can be read; what is held and not backed is missing from an incomplete file
     * @param described page frames whose struct page is asked about: parts of {@code held}
     */
    public record Views(Supplier<PfnSet> held, Supplier<PfnSet> backed, Supplier<PfnSet> described) {}

    /** The page frames of ELF segments. */
    public static Frames of(FrameRuns runs) {
        RunLookup backed = new RunLookup(runs.backed());
        RunLookup described = new RunLookup(runs.described());
        return new Frames(runs.endPfn(), runs.present(), new Views(() -> backed, () -> backed, () -> described));
    }

    /** The same page frames without those from {@code end} on. */
    public Frames below(long end) {
        return end >= endPfn ? this : new Frames(end, FrameRuns.clip(present, end), views);
    }

    @Override
    public PfnSet backed() {
        return views.backed().get();
    }

    @Override
    public PfnSet held() {
        return views.held().get();
    }
}
