// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

/** The rule sets this processor knows: those it was set up with, and the built-in ones. */
final class RuleSetCatalog {
    private final List<RuleSet> defaults;

    /**
     * @param defaults applied to stripes that ask for none, each name once; one with the name of a built-in rule set takes
     *     its place
     */
    RuleSetCatalog(List<RuleSet> defaults) {
        if (defaults.isEmpty()) {
            throw new IllegalArgumentException("no rule sets, expected at least one for dumps that ask for none");
        }
        Map<String, RuleSet> byName = new LinkedHashMap<>();
        defaults.forEach(ruleSet -> byName.putIfAbsent(ruleSet.name(), ruleSet));
        this.defaults = List.copyOf(byName.values());
    }

    /** The rule set of a name, empty when there is none. */
    Optional<RuleSet> named(String name) {
        for (RuleSet ruleSet : defaults) {
            if (ruleSet.name().equals(name)) {
                return Optional.of(ruleSet);
            }
        }
        return BuiltInRuleSets.named(name);
    }

    /**
     * The rule sets that a stripe asks for, each once.
     *
     * @param names as asked for; empty: those set up
     * @param unknown receives the names that there is no rule set of
     */
    List<RuleSet> resolve(List<String> names, List<String> unknown) {
        if (names.isEmpty()) {
            return defaults;
        }
        Map<String, RuleSet> found = new LinkedHashMap<>();
        for (String name : names) {
            Optional<RuleSet> ruleSet = named(name);
            if (ruleSet.isPresent()) {
                found.putIfAbsent(ruleSet.get().name(), ruleSet.get());
            } else {
                unknown.add(name);
            }
        }
        return new ArrayList<>(found.values());
    }
}
