// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.vmcorestream.rulebook.RuleSetDocument.Clause;
import org.vmcorestream.rulebook.RuleSetDocument.Definition;
import org.vmcorestream.rulebook.RuleSetDocument.SupplyClause;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.PfnRanges;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;

/** Reads a rule set's YAML; its expressions stay text. The format is described in {@code docs/rule-sets.md}. */
final class RuleSetDocumentReader {
    /** Most rules in a rule set. */
    static final int MAX_RULES = 256;

    /** Most numbers supplied. */
    static final int MAX_SUPPLIES = 64;

    /** Most definitions. */
    static final int MAX_DEFINITIONS = 256;

    /** Longest expression, in chars. */
    static final int MAX_EXPRESSION = 64 << 10;

    private static final int MAX_DESCRIPTION = 4096;
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern TAKEN_NAME = Pattern.compile("level-.*|capture|[0-9]+(-e)?");
    private static final Pattern REASON = Pattern.compile("[a-z0-9-]{1,32}");

    private final YamlReader yaml;

    private YamlScalar name;
    private String description = "";
    private boolean countsZero;
    private boolean dropsUnusedVmemmap;
    private final List<SupplyClause> supplies = new ArrayList<>();
    private final List<Definition> definitions = new ArrayList<>();
    private final List<Clause> clauses = new ArrayList<>();
    private boolean hasRules;

    private RuleSetDocumentReader(YamlReader yaml) {
        this.yaml = yaml;
    }

    /**
     * Reads a rule set.
     *
     * @param mayBeBuiltIn whether it may bear the name of a built-in one, as the texts of those do
     */
    static RuleSetDocument read(String source, String text, boolean mayBeBuiltIn) throws RuleTextException {
        return new RuleSetDocumentReader(new YamlReader(source, text)).document(mayBeBuiltIn);
    }

    private RuleSetDocument document(boolean mayBeBuiltIn) throws RuleTextException {
        yaml.document("a rule set with name and rules", this::entry);
        if (name == null) {
            throw yaml.problem(Place.START, "no name, expected name: and 1 to 64 of a-z, 0-9 and -");
        }
        if (!NAME.matcher(name.text()).matches()) {
            throw yaml.problem(
                    name.place(), "name '" + YamlReader.shown(name.text()) + "', expected 1 to 64 of a-z, 0-9 and -");
        }
        if (!mayBeBuiltIn
                && (TAKEN_NAME.matcher(name.text()).matches()
                        || BuiltInRuleSets.named(name.text()).isPresent())) {
            throw yaml.problem(
                    name.place(),
                    "name '" + name.text() + "' is kept for built-in rule sets, expected one that is not a number,"
                            + " capture or level-…");
        }
        if (!hasRules) {
            throw yaml.problem(Place.START, "no rules, expected rules: and a list");
        }
        return new RuleSetDocument(
                name.text(),
                name.place(),
                description,
                countsZero,
                dropsUnusedVmemmap,
                List.copyOf(supplies),
                List.copyOf(definitions),
                List.copyOf(clauses));
    }

    private void entry(YamlScalar key) throws RuleTextException {
        switch (key.text()) {
            case "name" -> name = yaml.scalar("a name");
            case "description" -> {
                YamlScalar text = yaml.scalar("a text");
                if (text.text().length() > MAX_DESCRIPTION) {
                    throw yaml.problem(
                            text.place(),
                            "description of " + text.text().length() + " characters, expected at most "
                                    + MAX_DESCRIPTION);
                }
                description = text.text();
            }
            case "counts-zero" -> countsZero = flag();
            case "drops-unused-vmemmap" -> dropsUnusedVmemmap = flag();
            case "supplies" -> yaml.sequence("a list of numbers", this::supply);
            case "define" -> yaml.mapping("names with expressions", this::definition);
            case "rules" -> {
                hasRules = true;
                yaml.sequence("a list of rules", this::rule);
            }
            default ->
                throw unknown(key, "name, description, counts-zero, drops-unused-vmemmap, supplies, define or rules");
        }
    }

    private RuleTextException unknown(YamlScalar key, String expected) {
        return yaml.problem(key.place(), "key '" + YamlReader.shown(key.text()) + "', expected " + expected);
    }

    private boolean flag() throws RuleTextException {
        YamlScalar value = yaml.scalar("true or false");
        return switch (value.text()) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw yaml.problem(value.place(), "'" + YamlReader.shown(value.text()) + "', expected true or false");
        };
    }

    private void supply(Place place) throws RuleTextException {
        if (supplies.size() == MAX_SUPPLIES) {
            throw yaml.problem(place, "more than " + MAX_SUPPLIES + " supplied numbers");
        }
        YamlScalar[] fields = new YamlScalar[3];
        yaml.mapping("number, value and perhaps when", key -> {
            switch (key.text()) {
                case "number" -> fields[0] = yaml.scalar("the name of a number");
                case "value" -> fields[1] = yaml.scalar("a number");
                case "when" -> fields[2] = expression();
                default -> throw unknown(key, "number, value or when");
            }
        });
        if (fields[0] == null || fields[1] == null) {
            throw yaml.problem(place, "supplied number without " + (fields[0] == null ? "number" : "value"));
        }
        supplies.add(SuppliedNumber.read(yaml, fields[0], fields[1], fields[2]));
    }

    private void definition(YamlScalar key) throws RuleTextException {
        if (definitions.size() == MAX_DEFINITIONS) {
            throw yaml.problem(key.place(), "more than " + MAX_DEFINITIONS + " definitions");
        }
        PageVocabulary.checkDefinitionName(yaml, key);
        definitions.add(new Definition(key.text(), key.place(), expression()));
    }

    private YamlScalar expression() throws RuleTextException {
        YamlScalar text = yaml.scalar("an expression");
        if (text.text().length() > MAX_EXPRESSION) {
            throw yaml.problem(
                    text.place(),
                    "expression of " + text.text().length() + " characters, expected at most " + MAX_EXPRESSION);
        }
        if (text.text().isBlank()) {
            throw yaml.problem(text.place(), "no expression, expected one in CEL");
        }
        return text;
    }

    /** What of a rule was read so far. */
    private static final class ClauseParts {
        private Rule.Action action;
        private YamlScalar reason;
        private YamlScalar when;
        private YamlScalar reach;
        private PfnRanges pfns = PfnRanges.EVERYWHERE;
    }

    private void rule(Place place) throws RuleTextException {
        if (clauses.size() == MAX_RULES) {
            throw yaml.problem(place, "more than " + MAX_RULES + " rules");
        }
        ClauseParts parts = new ClauseParts();
        yaml.mapping("a rule with keep: or exclude:, and when:", key -> {
            switch (key.text()) {
                case "keep", "exclude" -> {
                    if (parts.action != null) {
                        throw yaml.problem(key.place(), "keep and exclude in one rule, expected one of them");
                    }
                    parts.action = key.text().equals("keep") ? Rule.Action.KEEP : Rule.Action.EXCLUDE;
                    parts.reason = yaml.scalar("a name");
                }
                case "when" -> parts.when = expression();
                case "reach" -> parts.reach = yaml.scalar("page, compound, buddy or max-order-block");
                case "pfns" -> parts.pfns = PfnList.read(yaml);
                default -> throw unknown(key, "keep, exclude, when, reach or pfns");
            }
        });
        if (parts.action == null || parts.when == null) {
            throw yaml.problem(place, "rule without " + (parts.action == null ? "keep or exclude" : "when"));
        }
        checkReason(parts);
        clauses.add(new Clause(place, parts.action, parts.reason.text(), parts.when, reach(parts), parts.pfns));
    }

    private void checkReason(ClauseParts parts) throws RuleTextException {
        String reason = parts.reason.text();
        if (!REASON.matcher(reason).matches()) {
            throw yaml.problem(
                    parts.reason.place(),
                    "rule name '" + YamlReader.shown(reason) + "', expected 1 to 32 of a-z, 0-9 and -");
        }
        if (parts.action == Rule.Action.EXCLUDE) {
            if (RuleSet.COMMON_REASONS.contains(reason)) {
                throw yaml.problem(
                        parts.reason.place(),
                        "rule name '" + reason + "', expected none of " + String.join(", ", RuleSet.COMMON_REASONS));
            }
            Set<String> reasons = new HashSet<>(RuleSet.COMMON_REASONS);
            reasons.add(RuleSet.VMEMMAP);
            clauses.stream()
                    .filter(clause -> clause.action() == Rule.Action.EXCLUDE)
                    .forEach(clause -> reasons.add(clause.reason()));
            if (!reasons.contains(reason) && reasons.size() == RuleSet.MAX_REASONS) {
                throw yaml.problem(
                        parts.reason.place(),
                        "one more reason, expected at most " + RuleSet.MAX_REASONS + " with "
                                + String.join(", ", RuleSet.COMMON_REASONS) + " and " + RuleSet.VMEMMAP);
            }
        }
    }

    private Reach reach(ClauseParts parts) throws RuleTextException {
        if (parts.reach == null) {
            return Reach.PAGE;
        }
        Reach reach = ReachNames.of(parts.reach.text());
        if (reach == null) {
            throw yaml.problem(
                    parts.reach.place(),
                    "reach '" + YamlReader.shown(parts.reach.text())
                            + "', expected page, compound, buddy or max-order-block");
        }
        if (parts.action == Rule.Action.KEEP && reach != Reach.PAGE) {
            throw yaml.problem(
                    parts.reach.place(), "reach " + parts.reach.text() + " of a keep rule, expected page or no reach");
        }
        return reach;
    }
}
