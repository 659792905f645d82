// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;

/**
 * What a rule set would do with dumps that were captured, against the rule set in force for each: the first that its capture
 * asked for, {@value #USUAL} where it asked for none, unless another one is named. Dumps are handed in, and come out as rows in
 * the same order; they are decided some thousands at a time, so that each partition is read forward. Nothing is written to
 * the cluster. Belongs to one thread.
 */
public final class WhatIf implements AutoCloseable {
    /** In force for dumps that ask for no rule set. */
    public static final String USUAL = "level-31";

    private final DumpBatches batches;
    private final KnownRuleSets ruleSets;
    private final RuleSet other;
    private final Optional<RuleSet> base;
    private final Consumer<WhatIfRow> rows;
    private final WhatIfTotals totals = new WhatIfTotals();

    WhatIf(
            FleetDecider fleet,
            Function<String, Optional<RuleSet>> shelf,
            RuleSet other,
            Optional<RuleSet> base,
            Consumer<WhatIfRow> rows) {
        batches = new DumpBatches(fleet, this::tell);
        ruleSets = new KnownRuleSets(shelf);
        this.other = other;
        this.base = base;
        this.rows = rows;
    }

    /**
     * A what-if; asks the cluster nothing yet.
     *
     * @param shelf rule sets by name, {@link RuleSetShelf#named}
     * @param other the rule set asked about
     * @param base what it is held against; empty for the rule set in force of each dump
     * @param rows takes the dumps when they are decided
     */
    public static WhatIf open(
            Map<String, Object> client,
            Topics topics,
            Function<String, Optional<RuleSet>> shelf,
            RuleSet other,
            Optional<RuleSet> base,
            Consumer<WhatIfRow> rows) {
        return new WhatIf(
                new FleetDecider(() -> StoredMetadata.open(client, topics), FleetDecider.usualThreads()),
                shelf,
                other,
                base,
                rows);
    }

    /**
     * Takes a dump; it may come out later.
     *
     * @throws ClusterException when the cluster does not answer
     */
    public void add(StoredDump dump) {
        batches.add(task(dump));
    }

    private DumpTask task(StoredDump dump) {
        try {
            List<String> asked = dump.dump().getManifest().getRuleSets();
            RuleSet inForce =
                    base.orElseGet(() -> ruleSets.named(asked.isEmpty() ? USUAL : asked.get(0), "rule set in force"));
            return new DumpTask(dump, List.of(inForce, other), ruleSets.captureOf(dump), null);
        } catch (ClusterException e) {
            throw e;
        } catch (ArchiveException e) {
            return new DumpTask(dump, e.getMessage());
        }
    }

    private void tell(DumpTask task) {
        WhatIfRow row = new WhatIfRow(task.dump(), task.problem(), null, null);
        if (task.problem().isEmpty()) {
            List<Decision> decisions = task.decisions();
            row = new WhatIfRow(task.dump(), "", decisions.get(0), decisions.get(1));
        }
        totals.add(row);
        rows.accept(row);
    }

    /**
     * Decides the dumps that are left, and says what all of them come to.
     *
     * @throws ClusterException when the cluster does not answer
     */
    public WhatIfTotals finish() {
        batches.finish();
        return totals;
    }

    @Override
    public void close() {
        batches.close();
    }
}
