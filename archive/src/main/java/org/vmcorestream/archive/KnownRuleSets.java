// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.vmcorestream.rules.RuleSet;

/**
 * Rule sets of a run over many dumps, each name looked for once: a name that is not known stays so for the run, however many
 * dumps bear it. Belongs to one thread.
 */
final class KnownRuleSets {
    private static final int MAX_NAMES = 4_096;

    private final Function<String, Optional<RuleSet>> shelf;
    private final Map<String, Optional<RuleSet>> known = new LinkedHashMap<>(16, 0.75f, true);

    KnownRuleSets(Function<String, Optional<RuleSet>> shelf) {
        this.shelf = shelf;
    }

    /**
     * The rule set of a name.
     *
     * @param what what it is to whom, in messages
     * @throws ArchiveException when there is none, or it cannot be read
     */
    RuleSet named(String name, String what) {
        Optional<RuleSet> found = known.get(name);
        if (found == null) {
            found = RuleSet.NAME.matcher(name).matches() ? shelf.apply(name) : Optional.empty();
            known.put(name, found);
            if (known.size() > MAX_NAMES) {
                known.remove(known.keySet().iterator().next());
            }
        }
        return found.orElseThrow(() -> new ArchiveException(
                what + " " + OneLine.of(name) + " is not known, expected a built-in or a published rule set"));
    }

    /** The rule set that said what of a dump was captured. */
    RuleSet captureOf(StoredDump dump) {
        return named(dump.dump().getManifest().getCaptureRuleSet(), "capture rule set");
    }
}
