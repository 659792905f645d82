// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Optional;
import org.vmcorestream.rules.Anomalies;

/** Says that struct pages claim what no sane kernel claims. */
final class Anomaly {
    private Anomaly() {}

    /** One line, or nothing where there was none. */
    static Optional<String> describe(Anomalies seen) {
        if (seen.kept() == 0) {
            return Optional.empty();
        }
        return Optional.of("warning: " + seen.kept() + " struct pages are corrupted (" + seen.invalidOrders()
                + " with an impossible order, " + seen.misaligned()
                + " heads of blocks that are not aligned), first at page frame "
                + seen.firstPfn() + "; their pages stay in the dump");
    }
}
