// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.schemas.records.VerdictPlace;

/**
 * Decides a dump once more, stripe after stripe, with the same code as when it came.
 *
 * <p>A replay that fails in its middle, or is done twice, does no harm. The verdict of a rule set on a chunk follows from the
 * chunk's metadata, the rule set and the dump alone, all of which stay as they are: what is sent under the same key is the same.
 * And nobody takes verdicts for whole that no total follows, which is sent only for a stripe that was there from its first record
 * to its last.
 */
final class ReplayDecision {
    /** Most stripes of a dump: so many places, of 26 bytes at most, fit into an outcome. */
    static final int MAX_STRIPES = 1 << 15;

    private final RuleSetCatalog catalog;
    private final ReplaySource source;
    private final ReplayOutbox outbox;
    private final ReplayRhythm rhythm;
    private final ChunkScratch scratch;
    private final WallClock clock;

    /** @param scratch is overwritten */
    ReplayDecision(
            RuleSetCatalog catalog,
            ReplaySource source,
            ReplayOutbox outbox,
            ReplayRhythm rhythm,
            ChunkScratch scratch,
            WallClock clock) {
        this.catalog = catalog;
        this.source = source;
        this.outbox = outbox;
        this.rhythm = rhythm;
        this.scratch = scratch;
        this.clock = clock;
    }

    /**
     * Does what a request asks for. All verdicts have arrived when it returns.
     *
     * @return what became of it, with the problem when it cannot be done
     * @throws KafkaException when the cluster does not answer or refuses: nothing is wrong with the request
     * @throws ArchiveException for the same reason
     * @throws AbandonedException when the work is to end here
     */
    ReplayOutcome of(ReplayRequest request) {
        return of(request, true);
    }

    private ReplayOutcome of(ReplayRequest request, boolean first) {
        String ruleSet = request.getRuleSet();
        try {
            RuleSet found = catalog.named(ruleSet)
                    .orElseThrow(() -> new RefusedException("rule set '" + request.getRuleSet() + "' is not known"));
            ruleSet = found.name();
            return decide(request, found);
        } catch (RefusedException e) {
            return problem(request, ruleSet, e.getMessage());
        } catch (AbandonedException | KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            if (ClusterTrouble.isIn(e)) {
                throw e;
            }
            boolean known = e instanceof ArchiveException;
            if (known && e.getCause() == null && first) {
                // A cluster that went away in the middle may have said nothing of its own. Asked again, it does.
                return of(request, false);
            }
            return problem(request, ruleSet, known ? e.getMessage() : "dump cannot be decided: " + e);
        }
    }

    private ReplayOutcome decide(ReplayRequest request, RuleSet ruleSet) throws RefusedException {
        ReplaySource.StoredStripes dump = source.find(request.getDumpId())
                .orElseThrow(() -> new RefusedException("dump " + request.getDumpId() + " is not known"));
        List<StripeState> stripes = stripes(dump.record());
        List<VerdictPlace> places = new ArrayList<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<String, Long> notCaptured = new LinkedHashMap<>();
        for (StripeState state : stripes) {
            ReplayedStripe stripe = new ReplayedStripe(dump.record(), state, ruleSet, catalog, outbox, rhythm, scratch);
            outbox.begin();
            dump.read(state.getStripe(), stripe);
            stripe.end();
            ExclusionStats stats = stripe.stats(clock.currentTimeMillis(), request.getReplayId());
            outbox.send(VerdictRecord.of(stripe.opened(), stats), state.getPartition());
            places.add(outbox.place(state.getStripe()));
            add(stats.getCounts(), counts);
            add(stripe.total().getNotCaptured(), notCaptured);
        }
        return new ReplayOutcome(
                request.getReplayId(),
                request.getDumpId(),
                ruleSet.name(),
                request.getVerdictsOnly(),
                request.getRequestedAt(),
                clock.currentTimeMillis(),
                "",
                places,
                list(counts),
                list(notCaptured));
    }

    private List<StripeState> stripes(Dump dump) throws RefusedException {
        String name = "dump " + dump.getManifest().getDumpId();
        List<StripeState> stripes = dump.getStripes();
        if (stripes.isEmpty() || stripes.size() > MAX_STRIPES) {
            throw new RefusedException(name + " has " + stripes.size() + " stripes, expected 1 to " + MAX_STRIPES);
        }
        int partitions = outbox.partitions();
        for (int i = 0; i < stripes.size(); i++) {
            StripeState stripe = stripes.get(i);
            if (stripe.getStripe() != i) {
                throw new RefusedException(
                        name + " has stripe " + stripe.getStripe() + " in place " + i + ", expected stripe " + i);
            }
            if (stripe.getPartition() < 0 || stripe.getPartition() >= partitions) {
                throw new RefusedException(name + " has stripe " + i + " on partition " + stripe.getPartition()
                        + ", expected 0 to " + (partitions - 1) + " as topic verdicts has");
            }
        }
        return stripes;
    }

    /** The outcome of a request that cannot be done. */
    ReplayOutcome problem(ReplayRequest request, String ruleSet, String problem) {
        return new ReplayOutcome(
                request.getReplayId(),
                request.getDumpId(),
                ruleSet,
                request.getVerdictsOnly(),
                request.getRequestedAt(),
                clock.currentTimeMillis(),
                OneLine.of(problem),
                List.of(),
                List.of(),
                List.of());
    }

    private static void add(List<ReasonCount> counts, Map<String, Long> to) {
        counts.forEach(count -> to.merge(count.getReason(), count.getPages(), Long::sum));
    }

    /** Sums over a dump. One can only be negative where its memory map lies about itself. */
    private static List<ReasonCount> list(Map<String, Long> counts) {
        List<ReasonCount> list = new ArrayList<>();
        counts.forEach((reason, pages) -> list.add(new ReasonCount(reason, Math.max(0, pages))));
        return list;
    }
}
