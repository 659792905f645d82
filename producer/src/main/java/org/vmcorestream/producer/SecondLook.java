// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Decides chunks once more, from one in the middle of a stripe on: the open run that led into it is all that a decision needs from
 * before. Struct pages are a 64th of the bytes of memory, so looking again costs little beside sending the pages.
 */
final class SecondLook {
    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final DumpFacts dump;
    private final PfnRuns present;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private ChunkDescriber describer;

    /** One for all stripes of a capture. */
    SecondLook(Vmcore vmcore, CaptureSettings settings, DumpFacts dump, PfnRuns present) {
        this.vmcore = vmcore;
        this.settings = settings;
        this.dump = dump;
        this.present = present;
    }

    /**
     * The verdicts on the last chunks of a stripe.
     *
     * @param firstChunk the first of them
     * @param openRun the run that leads into it
     */
    KeptPages.Rest from(Stripe stripe, long firstChunk, OpenRun openRun) {
        return new StripeRest(stripe, firstChunk, openRun);
    }

    private final class StripeRest implements KeptPages.Rest {
        private final Stripe stripe;
        private final OpenRun openRun;
        private long chunk;
        private VerdictEngine engine;

        StripeRest(Stripe stripe, long firstChunk, OpenRun openRun) {
            this.stripe = stripe;
            this.openRun = openRun;
            chunk = firstChunk;
        }

        @Override
        public boolean next(VerdictRuns into) throws IOException {
            long next = present.nextChunk(chunk);
            if (next < 0 || next > Chunk.of(stripe.endPfn() - 1)) {
                engine = null;
                return false;
            }
            if (engine == null) {
                engine = new VerdictEngine(settings.capture(), vmcore.pageFacts(), dump, stripe.endPfn());
                engine.restore(openRun, engine.anomalies(), engine.pagesByReason());
            }
            if (describer == null) {
                describer = vmcore.describer();
            }
            describer.describe(next, descriptors);
            engine.decide(descriptors, into);
            chunk = next + 1;
            return true;
        }
    }
}
