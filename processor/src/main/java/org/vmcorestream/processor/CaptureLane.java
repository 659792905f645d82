// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.PairedRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.RuleSetProgress;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeProgress;

/**
 * The capture rule set on its way through one stripe, beside the lanes. It gives no verdict: it says which pages are not on the
 * data plane, so that each lane can be told which of the pages that it keeps nobody has.
 */
final class CaptureLane {
    private final VerdictEngine engine;
    private final List<String> reasons;

    /** For each lane its pages by reason code of the capture rule set; nothing for the lane of that rule set itself. */
    private final long[][] notCaptured;

    private final PairedRuns pairs = new PairedRuns();

    private CaptureLane(VerdictEngine engine, long[][] notCaptured) {
        this.engine = engine;
        this.notCaptured = notCaptured;
        reasons = engine.ruleSet().reasons();
    }

    /**
     * A lane at the beginning of a stripe; empty when it is not known what was captured, or all lanes are that rule set.
     *
     * @param lanes rule sets that give verdicts
     */
    static Optional<CaptureLane> begin(
            StripeOpened opened, PageFacts facts, DumpFacts dump, List<RuleSet> lanes, RuleSetCatalog catalog) {
        return engine(opened, facts, dump, catalog)
                .filter(engine -> lanes.stream().anyMatch(lane -> isOther(engine, lane)))
                .map(engine -> {
                    int codes = engine.ruleSet().reasons().size();
                    return new CaptureLane(
                            engine,
                            lanes.stream()
                                    .map(lane -> new long[isOther(engine, lane) ? codes : 0])
                                    .toArray(long[][]::new));
                });
    }

    /**
     * A lane where it was when {@code from} was taken. Where nothing was counted from the beginning, nothing is counted now: part
     * of a number would be worse than none. Nor is it when the capture rule set is gone: the verdicts matter more than this
     * number.
     *
     * @throws IllegalArgumentException when that cannot have been a lane of this rule set and stripe
     */
    static Optional<CaptureLane> resume(StripeProgress from, PageFacts facts, DumpFacts dump, RuleSetCatalog catalog) {
        List<RuleSetProgress> lanes = from.getRuleSets();
        if (lanes.stream().allMatch(lane -> lane.getNotCaptured().isEmpty())) {
            return Optional.empty();
        }
        Optional<VerdictEngine> found = engine(from.getOpened(), facts, dump, catalog);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        VerdictEngine engine = found.get();
        int codes = engine.ruleSet().reasons().size();
        long[][] notCaptured = new long[lanes.size()][];
        for (int lane = 0; lane < notCaptured.length; lane++) {
            notCaptured[lane] = lanes.get(lane).getNotCaptured().stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            if (notCaptured[lane].length != 0 && notCaptured[lane].length != codes) {
                throw new IllegalArgumentException(
                        "pages not captured by " + notCaptured[lane].length + " reasons, expected " + codes + " as "
                                + engine.ruleSet().name() + " has");
            }
        }
        long end = from.getCaptureRunEnd();
        int reason = from.getCaptureRunReason();
        if (end < 0 || end > from.getOpened().getEndPfn() || reason < 0 || reason >= codes) {
            throw new IllegalArgumentException(
                    "open run of the capture ends at page frame " + end + " with reason code " + reason
                            + ", expected 0 to " + from.getOpened().getEndPfn() + " and one of " + codes);
        }
        engine.restore(new OpenRun(end, reason), Anomalies.NONE, new long[codes]);
        return Optional.of(new CaptureLane(engine, notCaptured));
    }

    private static boolean isOther(VerdictEngine engine, RuleSet lane) {
        return !engine.ruleSet().name().equals(lane.name());
    }

    private static Optional<VerdictEngine> engine(
            StripeOpened opened, PageFacts facts, DumpFacts dump, RuleSetCatalog catalog) {
        try {
            return catalog.named(opened.getCaptureRuleSet())
                    .map(ruleSet -> new VerdictEngine(ruleSet, facts, dump, opened.getEndPfn()));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** The run that reaches beyond the last chunk. */
    OpenRun openRun() {
        return engine.openRun();
    }

    /** Decides the next chunk; {@link #count} is then asked for each lane. */
    void decide(ChunkDescriptors chunk, VerdictRuns captured) {
        engine.decide(chunk, captured);
    }

    /**
     * Counts the pages that a lane keeps and capture leaves out.
     *
     * @param lane number of the lane
     * @param kept what the lane says of a chunk
     * @param captured what {@link #decide} says of it
     */
    void count(int lane, VerdictRuns kept, VerdictRuns captured) {
        long[] counts = notCaptured[lane];
        if (counts.length == 0) {
            return;
        }
        pairs.begin(kept, captured, Math.min(kept.pages(), captured.pages()));
        while (pairs.next()) {
            int reason = pairs.secondReason();
            if (pairs.firstReason() == RuleSet.KEPT && reason > RuleSet.NO_DATA) {
                counts[reason] += pairs.length();
            }
        }
    }

    /** What {@link #count} found for a lane, by reason of the capture rule set; reasons without pages are left out. */
    List<ReasonCount> notCaptured(int lane) {
        List<ReasonCount> counts = new ArrayList<>();
        for (int reason = 0; reason < notCaptured[lane].length; reason++) {
            if (notCaptured[lane][reason] > 0) {
                counts.add(new ReasonCount(reasons.get(reason), notCaptured[lane][reason]));
            }
        }
        return counts;
    }

    /** What {@link #resume} needs of a lane. */
    List<Long> progress(int lane) {
        return Arrays.stream(notCaptured[lane]).boxed().toList();
    }
}
