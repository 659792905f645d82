// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.StripeState;

/**
 * What a replay would come to, without doing it: dumps are handed in, and come out as rows in the same order. Reads the metadata
 * of each, and of its page contents no more than the first batch of a stripe that is just expiring. Nothing is written to the
 * cluster. Belongs to one thread.
 */
public final class ReplayForecast implements AutoCloseable {
    private final DumpBatches batches;
    private final ContentsProbe probe;
    private final KnownRuleSets ruleSets;
    private final RuleSet ruleSet;
    private final Consumer<ForecastRow> rows;

    /** What is known of the contents of the dumps under way, in their order. */
    private final Queue<Contents> contents = new ArrayDeque<>();

    /** What is left of a dump's page contents. */
    private record Contents(long expiredBatches, int expiredStripes, int unsentStripes) {
        private static final Contents UNKNOWN = new Contents(0, 0, 0);
    }

    ReplayForecast(
            FleetDecider fleet,
            ContentsProbe probe,
            Function<String, Optional<RuleSet>> shelf,
            RuleSet ruleSet,
            Consumer<ForecastRow> rows) {
        batches = new DumpBatches(fleet, this::tell);
        this.probe = probe;
        ruleSets = new KnownRuleSets(shelf);
        this.ruleSet = ruleSet;
        this.rows = rows;
    }

    /**
     * A forecast; asks the cluster nothing yet.
     *
     * @param shelf rule sets by name, {@link RuleSetShelf#named}
     * @param ruleSet of the replay
     * @param rows takes the dumps
     */
    public static ReplayForecast open(
            Map<String, Object> client,
            Topics topics,
            Function<String, Optional<RuleSet>> shelf,
            RuleSet ruleSet,
            Consumer<ForecastRow> rows) {
        Map<String, Object> settings = Map.copyOf(client);
        return new ReplayForecast(
                new FleetDecider(() -> StoredMetadata.open(settings, topics), FleetDecider.usualThreads()),
                ContentsProbe.open(settings, topics.pageData()),
                shelf,
                ruleSet,
                rows);
    }

    /**
     * Takes a dump; it may come out later.
     *
     * @throws ClusterException when the cluster does not answer
     */
    public void add(StoredDump dump) {
        DumpTask task;
        Contents known = Contents.UNKNOWN;
        try {
            RuleSet capture = ruleSets.captureOf(dump);
            long[] expiredBefore = new long[dump.stripes()];
            known = probe(dump, expiredBefore);
            task = new DumpTask(dump, List.of(ruleSet), capture, expiredBefore);
        } catch (ClusterException e) {
            throw e;
        } catch (ArchiveException e) {
            task = new DumpTask(dump, e.getMessage());
        }
        contents.add(known);
        batches.add(task);
    }

    /** Early pages were sent first and expire first: from then on all pages of their page frames count as gone, a little too many for a while. */
    private Contents probe(StoredDump dump, long[] expiredBefore) {
        long lostBatches = 0;
        int lostStripes = 0;
        int unsent = 0;
        int part = -1;
        StripeContents early = null;
        for (int stripe = 0; stripe < expiredBefore.length; stripe++) {
            StripeContents found = probe.of(dump, stripe);
            StripeState state = dump.stripe(stripe);
            if (state.getPart() != part) {
                part = state.getPart();
                early = dump.earlyOf(stripe).map(sent -> probe.of(dump, sent)).orElse(null);
                lostBatches += early == null ? 0 : Math.max(0, early.lostBatches());
            }
            long gone = early == null ? 0 : Math.min(early.expiredBefore(), state.getEndPfn());
            expiredBefore[stripe] = Math.max(found.expiredBefore(), gone);
            lostBatches += Math.max(0, found.lostBatches());
            lostStripes += found.lostBatches() < 0 ? 1 : 0;
            unsent += found.sentWhole() && (early == null || early.sentWhole()) ? 0 : 1;
        }
        return new Contents(lostBatches, lostStripes, unsent);
    }

    private void tell(DumpTask task) {
        Contents known = contents.remove();
        rows.accept(new ForecastRow(
                task.dump(),
                task.problem(),
                task.problem().isEmpty() ? task.decisions().get(0) : null,
                known.expiredBatches(),
                known.expiredStripes(),
                known.unsentStripes()));
    }

    /**
     * Decides the dumps that are left.
     *
     * @throws ClusterException when the cluster does not answer
     */
    public void finish() {
        batches.finish();
    }

    @Override
    public void close() {
        batches.close();
        probe.close();
    }
}
