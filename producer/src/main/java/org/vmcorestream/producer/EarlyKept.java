// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.List;

/** The early pages of one part, collected while its stripes are described. Belongs to the capturing thread. */
final class EarlyKept {
    private final KeptPages kept;
    private final List<Stripe> stripes;
    private final SecondLook secondLook;
    private KeptPages.Rest rest;

    /** @param stripes those of the part, in order */
    EarlyKept(KeptPages kept, List<Stripe> stripes, SecondLook secondLook) {
        this.kept = kept;
        this.stripes = stripes;
        this.secondLook = secondLook;
    }

    /** Takes the next chunk of a stripe. */
    void add(Stripe stripe, DescribedChunk chunk) throws IOException {
        if (!kept.add(chunk.early()) && rest == null) {
            List<Stripe> left = stripes.subList(stripes.indexOf(stripe), stripes.size());
            rest = secondLook.earlyFrom(left, chunk.number(), chunk.openRuns());
        }
    }

    /** Says that no chunk follows. */
    void end() {
        kept.end(rest);
    }

    /** How many pages they are. */
    long pages() {
        return kept.pages();
    }
}
