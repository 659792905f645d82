// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.Rule;

/** What a reviewer wants to know of two versions of a rule set. */
public final class RuleSetDiff {
    private static final int MAX_SHOWN = 300;

    private RuleSetDiff() {}

    /**
     * The differences that have a meaning, one line each, none where only the formatting differs: flags, supplied numbers,
     * definitions, then rules that were removed, added, moved or changed. Rules are numbered from 1, a removed one as in the
     * old version, any other as in the new one.
     *
     * @param oldSource name of the old text in messages
     * @param oldYaml the old text
     * @param newSource name of the new text in messages
     * @param newYaml the new text
     * @throws RuleTextException when one of them is no rule set, with line and column of the mistake; conditions are parsed, but
     *     not type-checked
     */
    public static List<String> between(String oldSource, String oldYaml, String newSource, String newYaml)
            throws RuleTextException {
        RuleSetDocument before = RuleSetDocumentReader.read(oldSource, oldYaml, true);
        RuleSetDocument after = RuleSetDocumentReader.read(newSource, newYaml, true);
        ExpressionCompiler oldText = new ExpressionCompiler(oldSource, PageVocabulary.TYPES);
        ExpressionCompiler newText = new ExpressionCompiler(newSource, PageVocabulary.TYPES);
        List<String> lines = new ArrayList<>();
        changed(lines, "name", before.name(), after.name());
        changed(lines, "description", before.description(), after.description());
        changed(lines, "counts-zero", before.countsZero(), after.countsZero());
        changed(lines, "drops-unused-vmemmap", before.dropsUnusedVmemmap(), after.dropsUnusedVmemmap());
        supplies(lines, supplies(before, oldText), supplies(after, newText));
        definitions(lines, definitions(before, oldText), definitions(after, newText));
        rules(lines, rules(before, oldText), rules(after, newText));
        return List.copyOf(lines);
    }

    private static void changed(List<String> lines, String what, Object before, Object after) {
        if (!before.equals(after)) {
            lines.add(what + ": " + shown(before) + " -> " + shown(after));
        }
    }

    private static String shown(Object value) {
        String line = YamlReader.oneLine(String.valueOf(value));
        if (line.isEmpty()) {
            return "none";
        }
        int end = Math.min(MAX_SHOWN, line.codePointCount(0, line.length()));
        int cut = line.offsetByCodePoints(0, end);
        return cut == line.length() ? line : line.substring(0, cut) + "…";
    }

    private static List<String> supplies(RuleSetDocument document, ExpressionCompiler text) throws RuleTextException {
        List<String> supplies = new ArrayList<>();
        for (RuleSetDocument.SupplyClause supply : document.supplies()) {
            String value = supply.number().isBit()
                    ? Integer.toString(supply.value())
                    : String.format("0x%08x", supply.value());
            String when = supply.when() == null ? "" : " when " + text.normalised(supply.when());
            supplies.add(supply.number().exportedAs() + " = " + value + when);
        }
        return supplies;
    }

    private static void supplies(List<String> lines, List<String> before, List<String> after) {
        List<String> removed = new ArrayList<>(before);
        after.forEach(removed::remove);
        List<String> added = new ArrayList<>(after);
        before.forEach(added::remove);
        removed.forEach(supply -> lines.add("supply removed: " + shown(supply)));
        added.forEach(supply -> lines.add("supply added: " + shown(supply)));
        if (removed.isEmpty() && added.isEmpty() && !before.equals(after)) {
            lines.add("supplies: in another order");
        }
    }

    private static Map<String, String> definitions(RuleSetDocument document, ExpressionCompiler text)
            throws RuleTextException {
        Map<String, String> definitions = new LinkedHashMap<>();
        for (RuleSetDocument.Definition definition : document.definitions()) {
            definitions.put(definition.name(), text.normalised(definition.expression()));
        }
        return definitions;
    }

    private static void definitions(List<String> lines, Map<String, String> before, Map<String, String> after) {
        before.forEach((name, expression) -> {
            if (!after.containsKey(name)) {
                lines.add("definition removed: " + name + ": " + shown(expression));
            }
        });
        after.forEach((name, expression) -> {
            if (before.containsKey(name)) {
                changed(lines, "definition " + name, before.get(name), expression);
            } else {
                lines.add("definition added: " + name + ": " + shown(expression));
            }
        });
    }

    private static List<ComparedRule> rules(RuleSetDocument document, ExpressionCompiler text)
            throws RuleTextException {
        List<ComparedRule> rules = new ArrayList<>();
        for (RuleSetDocument.Clause clause : document.clauses()) {
            rules.add(new ComparedRule(
                    clause.action() == Rule.Action.KEEP ? "keep" : "exclude",
                    clause.reason(),
                    text.normalised(clause.when()),
                    ReachNames.nameOf(clause.reach()),
                    clause.pfns().ranges()));
        }
        return rules;
    }

    private static void rules(List<String> lines, List<ComparedRule> before, List<ComparedRule> after) {
        RulePairs pairs = RulePairs.of(before, after);
        for (int i = 0; i < before.size(); i++) {
            if (pairs.newOf(i) < 0) {
                lines.add("rule " + (i + 1) + " removed: " + shown(before.get(i).line()));
            }
        }
        for (int i = 0; i < after.size(); i++) {
            ComparedRule rule = after.get(i);
            String number = "rule " + (i + 1);
            int old = pairs.oldOf(i);
            if (old < 0) {
                lines.add(number + " added: " + shown(rule.line()));
                continue;
            }
            if (pairs.isMoved(i)) {
                lines.add(number + " moved: " + rule.label() + ", it was rule " + (old + 1));
            }
            ComparedRule was = before.get(old);
            changed(lines, number, was.label(), rule.label());
            String what = number + " " + rule.label() + ": ";
            changed(lines, what + "when", was.condition(), rule.condition());
            changed(lines, what + "reach", was.reach(), rule.reach());
            if (!was.pfns().equals(rule.pfns())) {
                lines.add(what + "pfns: " + shown(was.pfnLine()) + " -> " + shown(rule.pfnLine()));
            }
        }
    }
}
