// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Decides chunks once more, from one in the middle of a stripe on: the open runs that led into it are all that a decision needs from
 * before. Struct pages are a 64th of the bytes of memory, so looking again costs little beside sending the pages.
 */
final class SecondLook {
    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final EarlyRule early;
    private final DumpFacts dump;
    private final PfnRuns present;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private ChunkDescriber describer;

    /**
     * One for all stripes of a capture.
     *
     * @param early which pages are sent early
     */
    SecondLook(Vmcore vmcore, CaptureSettings settings, EarlyRule early, DumpFacts dump, PfnRuns present) {
        this.vmcore = vmcore;
        this.settings = settings;
        this.early = early;
        this.dump = dump;
        this.present = present;
    }

    /**
     * The verdicts on the last chunks of a stripe: they keep the pages that are sent with it.
     *
     * @param firstChunk the first of them
     * @param openRuns the runs that lead into it
     */
    KeptPages.Rest from(Stripe stripe, long firstChunk, ChunkDecider.OpenRuns openRuns) {
        return new ChunksAgain(List.of(stripe), firstChunk, openRuns, false);
    }

    /**
     * The verdicts on the last chunks of stripes that lie one behind the other: they keep the pages that are sent early.
     *
     * @param firstChunk the first of them, in the first stripe
     * @param openRuns the runs that lead into it
     */
    KeptPages.Rest earlyFrom(List<Stripe> stripes, long firstChunk, ChunkDecider.OpenRuns openRuns) {
        return new ChunksAgain(stripes, firstChunk, openRuns, true);
    }

    private final class ChunksAgain implements KeptPages.Rest {
        private final List<Stripe> stripes;
        private final ChunkDecider.OpenRuns openRuns;
        private final boolean wantsEarly;

        /** Verdict that is not asked for; null where pages are not split. */
        private final VerdictRuns other = early.some() ? new VerdictRuns() : null;

        private int at;
        private long chunk;
        private ChunkDecider decider;

        ChunksAgain(List<Stripe> stripes, long firstChunk, ChunkDecider.OpenRuns openRuns, boolean wantsEarly) {
            this.stripes = stripes;
            this.openRuns = openRuns;
            this.wantsEarly = wantsEarly;
            chunk = firstChunk;
        }

        @Override
        public boolean next(VerdictRuns into) throws IOException {
            long next = present.nextChunk(chunk);
            while (at < stripes.size()
                    && (next < 0 || next > Chunk.of(stripes.get(at).endPfn() - 1))) {
                at++;
                decider = null;
            }
            if (at == stripes.size()) {
                return false;
            }
            if (decider == null) {
                decider = new ChunkDecider(settings.capture(), early, vmcore.pageFacts(), dump, stripes.get(at));
                if (at == 0) {
                    decider.restore(openRuns);
                }
            }
            if (describer == null) {
                describer = vmcore.describer();
            }
            describer.describe(next, descriptors);
            decider.decide(descriptors, wantsEarly ? other : into, wantsEarly ? into : other);
            chunk = next + 1;
            return true;
        }
    }
}
