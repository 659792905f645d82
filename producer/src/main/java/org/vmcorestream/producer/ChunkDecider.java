// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;

/** Decides the chunks of one stripe, in order: which pages are sent, and which of them early. Belongs to one thread. */
final class ChunkDecider {
    private final VerdictEngine capture;
    private final VerdictEngine kernel;
    private final EarlyRule rule;
    private final long firstEarly;
    private final VerdictRuns captured;
    private final VerdictRuns kernels;

    /**
     * The runs that lead into a chunk.
     *
     * @param capture by the capture rules
     * @param kernel by those of early pages, where they are asked
     */
    record OpenRuns(OpenRun capture, OpenRun kernel) {}

    /**
     * @param rule which pages are sent early
     * @param stripe whose chunks they are
     */
    ChunkDecider(RuleSet capture, EarlyRule rule, PageFacts facts, DumpFacts dump, Stripe stripe) {
        long endPfn = stripe.endPfn();
        this.capture = new VerdictEngine(capture, facts, dump, endPfn);
        this.rule = rule;
        firstEarly = rule.firstEarly(stripe.part());
        kernel = rule.asksLevel31() ? new VerdictEngine(EarlyPages.rules(), facts, dump, endPfn) : null;
        captured = rule.some() ? new VerdictRuns() : null;
        kernels = rule.asksLevel31() ? new VerdictRuns() : null;
    }

    /** What leads into the next chunk. */
    OpenRuns openRuns() {
        return new OpenRuns(capture.openRun(), kernel == null ? OpenRun.NONE : kernel.openRun());
    }

    /** Goes to where these runs lead into a chunk. */
    void restore(OpenRuns runs) {
        capture.restore(runs.capture(), capture.anomalies(), capture.pagesByReason());
        if (kernel != null) {
            kernel.restore(runs.kernel(), kernel.anomalies(), kernel.pagesByReason());
        }
    }

    /**
     * Decides the next chunk.
     *
     * @param verdict keeps the pages that are sent with the stripe
     * @param early keeps those that are sent early; left alone where none are
     */
    void decide(ChunkDescriptors chunk, VerdictRuns verdict, VerdictRuns early) {
        if (!rule.some()) {
            capture.decide(chunk, verdict);
            return;
        }
        capture.decide(chunk, captured);
        if (kernel == null) {
            EarlyPages.split(captured, rule.memmap(), firstEarly, early, verdict);
        } else {
            kernel.decide(chunk, kernels);
            EarlyPages.split(captured, kernels, early, verdict);
        }
    }

    /** What was odd so far. */
    Anomalies anomalies() {
        return capture.anomalies();
    }
}
