// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.List;
import org.vmcorestream.archive.StripeVisitor;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * A stripe whose stored metadata is read and decided once more; its verdicts are sent as they come. What goes wrong on the way
 * ends the reading and is thrown by {@link #end}, for the one who reads knows nothing of verdicts.
 */
final class ReplayedStripe implements StripeVisitor {
    private final Dump dump;
    private final StripeState state;
    private final RuleSet ruleSet;
    private final RuleSetCatalog catalog;
    private final ReplayOutbox outbox;
    private final ReplayRhythm rhythm;
    private final ChunkScratch scratch;

    private OpenStripe stripe;
    private StripeVerdict total;
    private RefusedException refused;
    private RuntimeException failed;

    ReplayedStripe(
            Dump dump,
            StripeState state,
            RuleSet ruleSet,
            RuleSetCatalog catalog,
            ReplayOutbox outbox,
            ReplayRhythm rhythm,
            ChunkScratch scratch) {
        this.dump = dump;
        this.state = state;
        this.ruleSet = ruleSet;
        this.catalog = catalog;
        this.outbox = outbox;
        this.rhythm = rhythm;
        this.scratch = scratch;
    }

    /** A step that may fail in either way. */
    private interface Step {
        void run() throws RefusedException;
    }

    private boolean attempt(Step step) {
        if (refused != null || failed != null) {
            return false;
        }
        try {
            step.run();
            return true;
        } catch (RefusedException e) {
            refused = e;
        } catch (RuntimeException e) {
            failed = e;
        }
        return false;
    }

    @Override
    public void opened(StripeOpened opened) {
        attempt(() -> open(opened));
    }

    private void open(StripeOpened opened) throws RefusedException {
        if (opened.getFirstPfn() != state.getFirstPfn() || opened.getEndPfn() != state.getEndPfn()) {
            throw new RefusedException(name() + " opens with page frames " + opened.getFirstPfn() + " to before "
                    + opened.getEndPfn() + ", expected " + state.getFirstPfn() + " to before " + state.getEndPfn());
        }
        stripe = OpenStripe.begin(withCapture(opened), List.of(ruleSet), catalog);
    }

    /** The announcement with the capture rule set of the manifest, where its producer said it only there. */
    private StripeOpened withCapture(StripeOpened opened) {
        if (!opened.getCaptureRuleSet().isEmpty()) {
            return opened;
        }
        return new StripeOpened(
                opened.getDumpId(),
                opened.getStripe(),
                opened.getFirstPfn(),
                opened.getEndPfn(),
                opened.getChunks(),
                opened.getFacts(),
                opened.getRuleSets(),
                opened.getKernelRelease(),
                opened.getTenant(),
                opened.getHost(),
                opened.getStripes(),
                opened.getMachine(),
                opened.getCrashReason(),
                dump.getManifest().getCaptureRuleSet(),
                opened.getStructPageSize());
    }

    @Override
    public boolean chunk(ChunkMetadata chunk) {
        return attempt(() -> decide(chunk));
    }

    private void decide(ChunkMetadata chunk) throws RefusedException {
        if (!open().isBehind(chunk)) {
            for (ChunkVerdict verdict : stripe.decide(chunk, scratch)) {
                outbox.send(VerdictRecord.of(verdict), state.getPartition());
            }
        }
        rhythm.beat();
    }

    @Override
    public void closed(StripeClosed closed) {
        attempt(() -> close(closed));
    }

    private void close(StripeClosed closed) throws RefusedException {
        List<String> problems = open().problems(closed);
        if (!problems.isEmpty()) {
            throw new RefusedException(String.join("; ", problems));
        }
        total = stripe.totals(problems).get(0);
        outbox.send(VerdictRecord.of(stripe.opened(), total), state.getPartition());
    }

    private OpenStripe open() throws RefusedException {
        if (stripe == null) {
            throw new RefusedException(name() + " does not begin with its StripeOpened");
        }
        return stripe;
    }

    private String name() {
        return StripeAnnouncement.name(dump.getManifest().getDumpId(), state.getStripe());
    }

    /**
     * Says that there is nothing more to read.
     *
     * @throws RefusedException when the stripe is not whole, or makes no sense
     */
    void end() throws RefusedException {
        if (failed != null) {
            throw failed;
        }
        if (refused != null) {
            throw refused;
        }
        if (total == null) {
            throw new RefusedException(name() + " does not end with its StripeClosed");
        }
    }

    /** Its totals, once it has ended. */
    StripeVerdict total() {
        return total;
    }

    /** Its statistics, once it has ended. */
    ExclusionStats stats(long decidedAt, String replayId) {
        return stripe.stats(decidedAt, replayId).get(0);
    }

    /** Its announcement, once it has ended. */
    StripeOpened opened() {
        return stripe.opened();
    }
}
