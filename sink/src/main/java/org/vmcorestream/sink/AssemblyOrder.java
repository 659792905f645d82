// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an assembly makes.
 *
 * @param plan the dump as it was when this was ordered
 * @param ruleSet rule set of the file
 * @param primary whether it is the first of those asked for
 * @param replay the replay that wants the file; empty when it is made as the dump comes
 */
record AssemblyOrder(DumpPlan plan, String ruleSet, boolean primary, Optional<ReplayPlan> replay) {
    /** Whether a replay wants the file. */
    boolean isReplay() {
        return replay.isPresent();
    }

    /** What of the dump is made: the part that its record is for, but all of it for a replay, which one sink makes. */
    DumpPart part() {
        return isReplay() ? plan.whole() : plan.part();
    }

    /** Id of that replay, empty when there is none. */
    String replayId() {
        return replay.map(ReplayPlan::replayId).orElse("");
    }

    /**
     * Where a file of all of the dump goes; that of a part lies beside it. A replay does not take the primary name away from a file that is there under another rule set: one
     * that dump-files does not know under this one, because the sink was set up with another first rule set then.
     */
    Path whole(StageTools tools) {
        Path file = tools.placement().fileOf(plan.manifest(), ruleSet, primary);
        boolean taken = isReplay()
                && primary
                && !tools.finished().hasFile(plan.dumpId(), ruleSet)
                && tools.placement().files().exists(file);
        return taken ? tools.placement().fileOf(plan.manifest(), ruleSet, false) : file;
    }

    /** How messages name it. */
    @Override
    public String toString() {
        return (isReplay() ? "replay " + replayId() + " of dump " : "dump ") + plan.dumpId() + " under " + ruleSet
                + part();
    }
}
