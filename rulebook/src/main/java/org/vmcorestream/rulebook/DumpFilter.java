// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.function.Predicate;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;

/**
 * A condition in CEL on dumps as a whole, for example {@code dump.kernel_series == "6.12" && dump.tenant.startsWith("eu-")}.
 * Can be used by several threads at once.
 *
 * <p>Text: {@code dump.id}, {@code dump.state}, {@code dump.host}, {@code dump.tenant}, {@code dump.kernel_release}, {@code
 * dump.kernel_series}, {@code dump.machine}, {@code dump.nodename}, {@code dump.source}, {@code dump.build_id}, {@code
 * dump.crash_reason}, {@code dump.capture_rule_set}. Lists of text: {@code dump.call_trace}, {@code dump.rule_sets}. Times:
 * {@code dump.opened_at}, {@code dump.crash_time}. Numbers: {@code dump.cpus}, {@code dump.memory_bytes}.
 */
public final class DumpFilter implements Predicate<DumpDescription> {
    private final DumpCondition condition;

    private DumpFilter(DumpCondition condition) {
        this.condition = condition;
    }

    /**
     * Compiles a condition.
     *
     * @param source name of the text in messages, for example {@code --where}
     * @throws RuleTextException when it is no condition, with line and column of the mistake
     */
    public static DumpFilter of(String source, String cel) throws RuleTextException {
        if (cel.length() > RuleSetDocumentReader.MAX_EXPRESSION || cel.isBlank()) {
            throw new RuleTextException(
                    source,
                    1,
                    1,
                    "condition of " + cel.length() + " characters, expected 1 to "
                            + RuleSetDocumentReader.MAX_EXPRESSION);
        }
        YamlScalar text = new YamlScalar(cel, Place.START, ScalarStyle.PLAIN, new YamlText(cel));
        return new DumpFilter(
                new DumpCondition(new ExpressionCompiler(source, DumpVocabulary.DESCRIPTION).condition(text)));
    }

    /** Whether it holds; a dump for which it has no answer does not match. */
    @Override
    public boolean test(DumpDescription dump) {
        return condition.holds(name -> DumpVocabulary.described(name, dump));
    }
}
