// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.archive.ArchiveException;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

/**
 * The rule sets this processor knows: those it was set up with, the built-in ones, and those that were published. A published
 * one is asked for with its version, {@code mine@3}: without it the stripes of one dump could get different rules, and a sink
 * would wait for verdicts under a name that nobody uses. Can be used by several threads at once, if {@code published} can.
 */
final class RuleSetCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(RuleSetCatalog.class);

    private final List<RuleSet> defaults;
    private final Function<String, Optional<RuleSet>> published;

    /**
     * @param defaults applied to stripes that ask for none, each name once; one with the name of a built-in rule set takes
     *     its place
     * @param published finds a published rule set by its name and version; throws an {@link ArchiveException} when it cannot
     *     be read or the cluster does not answer
     */
    RuleSetCatalog(List<RuleSet> defaults, Function<String, Optional<RuleSet>> published) {
        if (defaults.isEmpty()) {
            throw new IllegalArgumentException("no rule sets, expected at least one for dumps that ask for none");
        }
        Map<String, RuleSet> byName = new LinkedHashMap<>();
        defaults.forEach(ruleSet -> byName.putIfAbsent(ruleSet.name(), ruleSet));
        this.defaults = List.copyOf(byName.values());
        this.published = published;
    }

    /**
     * The rule set of a name, empty when there is none.
     *
     * @throws RefusedException when there is one that cannot be read
     * @throws ArchiveException when the cluster does not answer: nothing is wrong with who asked, and asking again may help
     */
    Optional<RuleSet> named(String name) throws RefusedException {
        for (RuleSet ruleSet : defaults) {
            if (ruleSet.name().equals(name)) {
                return Optional.of(ruleSet);
            }
        }
        Optional<RuleSet> builtIn = BuiltInRuleSets.named(name);
        if (builtIn.isPresent()
                || name.indexOf('@') < 0
                || !RuleSet.NAME.matcher(name).matches()) {
            return builtIn;
        }
        try {
            return onShelf(name);
        } catch (ArchiveException e) {
            if (ClusterTrouble.isIn(e)) {
                throw e;
            }
            LOG.warn("rule set {} is looked for once more: {}", name, e.getMessage());
        }
        // A cluster that went away in the middle may have said nothing of its own. Asked again, it does.
        try {
            return onShelf(name);
        } catch (ArchiveException e) {
            if (ClusterTrouble.isIn(e)) {
                throw e;
            }
            throw new RefusedException("rule set '" + name + "' cannot be used: " + e.getMessage(), e);
        }
    }

    private Optional<RuleSet> onShelf(String name) {
        return published.apply(name).filter(found -> found.name().equals(name));
    }

    /**
     * The rule sets that a stripe asks for, each once.
     *
     * @param names as asked for; empty: those set up
     * @param problems receives what is wrong with the names that there is no rule set of, in words that follow the stripe's
     * @throws ArchiveException when the cluster does not answer
     */
    List<RuleSet> resolve(List<String> names, List<String> problems) {
        if (names.isEmpty()) {
            return defaults;
        }
        Map<String, RuleSet> found = new LinkedHashMap<>();
        for (String name : names) {
            try {
                Optional<RuleSet> ruleSet = named(name);
                if (ruleSet.isPresent()) {
                    found.putIfAbsent(ruleSet.get().name(), ruleSet.get());
                } else {
                    problems.add("asks for rule set '" + name + "', which is not known");
                }
            } catch (RefusedException e) {
                problems.add("asks for a rule set that cannot be had: " + e.getMessage());
            }
        }
        return new ArrayList<>(found.values());
    }
}
