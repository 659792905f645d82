// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.vmcore.codec.PageCodec;

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

    /** Id of that replay, empty when there is none. */
    String replayId() {
        return replay.map(ReplayPlan::replayId).orElse("");
    }

    /**
     * Where the file goes. A replay does not take the primary name away from a file that is there under another rule set: one
     * that dump-files does not know under this one, because the sink was set up with another first rule set then.
     */
    Path file(StageTools tools) {
        Path file = tools.placement().fileOf(plan.manifest(), ruleSet, primary);
        boolean taken =
                isReplay() && primary && !tools.finished().hasFile(plan.dumpId(), ruleSet) && Files.exists(file);
        return taken ? tools.placement().fileOf(plan.manifest(), ruleSet, false) : file;
    }

    /** Codec of the file: that of the sink's settings, else that of the capture, else zstd. */
    PageCodec codec(StageTools tools) {
        PageCodecName name = plan.manifest().getCodec();
        PageCodec travelled = name == PageCodecName.UNKNOWN ? PageCodec.ZSTD : PageCodec.valueOf(name.name());
        return tools.codec().orElse(travelled.storable() ? travelled : PageCodec.ZSTD);
    }

    /** How messages name it. */
    @Override
    public String toString() {
        return (isReplay() ? "replay " + replayId() + " of dump " : "dump ") + plan.dumpId() + " under " + ruleSet;
    }
}
