// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import org.vmcorestream.rules.RuleSet;

/** A dump to be decided, and what came out; its stripes are decided by several threads. */
final class DumpTask {
    private final StoredDump dump;
    private final RuleSet capture;
    private final DumpTally tally;

    /** For each stripe the page frame before which contents are gone; null for none. */
    private final long[] expiredBefore;

    private volatile String problem = "";

    /**
     * @param ruleSets the base first
     * @param capture the rule set that said what was captured
     * @param expiredBefore for each stripe the page frame before which contents are gone; null for none
     */
    DumpTask(StoredDump dump, List<RuleSet> ruleSets, RuleSet capture, long[] expiredBefore) {
        this.dump = dump;
        this.capture = capture;
        this.expiredBefore = expiredBefore;
        tally = new DumpTally(ruleSets);
    }

    /** A dump that cannot be decided. */
    DumpTask(StoredDump dump, String problem) {
        this(dump, List.of(), null, null);
        this.problem = problem;
    }

    StoredDump dump() {
        return dump;
    }

    /** Why it cannot be decided; empty while it can. */
    String problem() {
        return problem;
    }

    /**
     * Decides a stripe, unless another one showed already that the dump cannot be decided.
     *
     * @throws ClusterException when the cluster does not answer
     */
    void decide(int stripe, StoredMetadata metadata, DecidingBuffers buffers) {
        if (!problem.isEmpty()) {
            return;
        }
        StripeDecider decider = new StripeDecider(
                tally.ruleSets(), capture, expiredBefore == null ? 0 : expiredBefore[stripe], buffers);
        try {
            metadata.read(dump, stripe, decider);
            tally.add(decider.decisions());
        } catch (ClusterException e) {
            throw e;
        } catch (ArchiveException e) {
            problem = e.getMessage();
        }
    }

    /** What came out, one decision for each rule set. */
    List<Decision> decisions() {
        if (!problem.isEmpty() || tally.stripes() != dump.stripes()) {
            throw new IllegalStateException("dump " + dump.id() + " is not decided");
        }
        return tally.decisions();
    }
}
