// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.vmcorestream.rulebook.RuleSetDocument.Clause;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.Supply;

/** The door to rule sets as text. The format is described in {@code docs/rule-sets.md}. */
public final class RuleSetText {
    private RuleSetText() {}

    /**
     * A rule set from its YAML. Conditions are type-checked; the rule set can be used by several threads at once. Names of
     * built-in rule sets are refused.
     *
     * @param source name of the text in messages, for example of its file
     * @param yaml the text
     * @throws RuleTextException when it cannot be one, with line and column of the mistake
     */
    public static RuleSet read(String source, String yaml) throws RuleTextException {
        return compiled(source, RuleSetDocumentReader.read(source, yaml, false));
    }

    /** A rule set of a document. */
    static RuleSet compiled(String source, RuleSetDocument document) throws RuleTextException {
        List<Supply> supplies = supplies(source, document);
        ExpressionCompiler compiler = new ExpressionCompiler(source, PageVocabulary.TYPES);
        for (RuleSetDocument.Definition definition : document.definitions()) {
            compiler.define(definition.name(), definition.expression());
        }
        Bindings bindings = new Bindings(compiler.definitions());
        List<Rule> rules = new ArrayList<>();
        for (Clause clause : document.clauses()) {
            Expression condition = compiler.condition(clause.when());
            rules.add(new Rule(
                    clause.action(),
                    clause.reason(),
                    context -> bindings.of(context).condition(condition),
                    clause.reach(),
                    clause.pfns()));
        }
        return new RuleSet(
                document.name(), document.countsZero(), document.dropsUnusedVmemmap(), supplies, List.copyOf(rules));
    }

    private static List<Supply> supplies(String source, RuleSetDocument document) throws RuleTextException {
        ExpressionCompiler compiler = new ExpressionCompiler(source, DumpVocabulary.FACTS);
        List<Supply> supplies = new ArrayList<>();
        for (RuleSetDocument.SupplyClause clause : document.supplies()) {
            Predicate<DumpFacts> applies = dump -> true;
            if (clause.when() != null) {
                DumpCondition condition = new DumpCondition(compiler.condition(clause.when()));
                applies = dump -> condition.holds(name -> DumpVocabulary.fact(name, dump));
            }
            supplies.add(new Supply(clause.number(), clause.value(), applies));
        }
        return supplies;
    }

    /**
     * The rules of a rule set as its YAML says them, for people to read. Conditions are not type-checked, and a built-in name is
     * as good as any.
     *
     * @param source name of the text in messages, for example of its file
     * @param yaml the text
     * @throws RuleTextException when it is no rule set, with line and column of the mistake
     */
    public static List<RuleText> rules(String source, String yaml) throws RuleTextException {
        List<Clause> clauses = RuleSetDocumentReader.read(source, yaml, true).clauses();
        List<RuleText> rules = new ArrayList<>();
        for (Clause clause : clauses) {
            rules.add(new RuleText(
                    rules.size() + 1,
                    clause.action() == Rule.Action.KEEP ? "keep" : "exclude",
                    clause.reason(),
                    YamlReader.oneLine(clause.when().text()),
                    clause.reach()));
        }
        return List.copyOf(rules);
    }

    /** The text of a built-in rule set, by any name that {@code BuiltInRuleSets.named} takes; empty when there is none. */
    public static Optional<String> builtIn(String name) {
        return BuiltInRuleSets.named(name).map(BuiltInTexts::of);
    }
}
