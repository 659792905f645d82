// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that the message names the place and what was expected. */
class RuleSetMistakesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
                    ''                              § 1:1: empty, expected a rule set with name and rules
                    '# nothing'                     § 1:1: empty, expected a rule set with name and rules
                    '- a'                           § 1:1: a list, expected a rule set with name and rules
                    'name: a'                       § 1:1: no rules, expected rules: and a list
                    'rules: []'                     § 1:1: no name, expected name:
                    'name: a\\nrule: []'            § 2:1: key 'rule', expected name, description,
                    'name: a\\nname: a'             § 2:1: key 'name' a second time
                    'name: [a]'                     § 1:7: a list, expected a name
                    'name: Ab\\nrules: []'          § 1:7: name 'Ab', expected 1 to 64 of a-z
                    'name: a@3\\nrules: []'         § 1:7: name 'a@3', expected 1 to 64 of a-z
                    'name: 31\\nrules: []'          § 1:7: name '31' is kept for built-in rule sets
                    'name: 31-e\\nrules: []'        § 1:7: name '31-e' is kept for built-in rule sets
                    'name: 99\\nrules: []'          § 1:7: name '99' is kept for built-in rule sets
                    'name: capture\\nrules: []'     § 1:7: name 'capture' is kept for built-in rule sets
                    'name: level-x\\nrules: []'     § 1:7: name 'level-x' is kept for built-in rule sets
                    'name: &x a\\nrules: []'        § 1:7: an anchor, expected none
                    'name: *x\\nrules: []'          § 1:7: an alias, expected the value itself
                    'name: !!str a\\nrules: []'     § 1:7: the tag tag:yaml.org,2002:str, expected none
                    'name: a\\nrules: []\\n---\\nb' § 3:1: a second document, expected one
                    'name: a\\n\\trules: []'        § 2:1: no YAML: found character
                    'name: a\\ncounts-zero: yes'    § 2:14: 'yes', expected true or false
                    'name: a\\nrules:'              § 2:7: nothing, expected a list of rules
                    'name: a\\nrules: {a: b}'       § 2:8: a mapping, expected a list of rules
                    'name: a\\nrules:\\n- tail'     § 3:3: 'tail', expected a rule with keep: or exclude:
                    'name: a\\ndefine: {X: a}'      § 2:10: name 'X' of a definition, expected 1 to 64 of a-z
                    'name: a\\ndefine: {page: a}'   § 2:10: name 'page' of a definition has a meaning of its own
                    'name: a\\ndefine: {x: y}'      § 2:13: undeclared reference to 'y'
                    """)
    void shouldRefuseWhatIsNoRuleSet(String yaml, String problem) {
        String text = yaml.replace("\\n", "\n").replace("\\t", "\t");
        assertProblem(text.contains("rules") ? text : problemFirst(text, problem), problem);
    }

    /** Texts whose definitions are wrong need rules, for those are read first. */
    private static String problemFirst(String text, String problem) {
        return problem.contains("undeclared") ? text + "\nrules: []" : text;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
                    'keep: a'                                   § 3:3: rule without when
                    'when: "true"'                              § 3:3: rule without keep or exclude
                    '{keep: a, exclude: b, when: "true"}'       § 3:13: keep and exclude in one rule
                    '{keep: a, when: "true", what: b}'          § 3:27: key 'what', expected keep, exclude, when,
                    '{exclude: hole, when: "true"}'             § 3:13: rule name 'hole', expected none of kept,
                    '{exclude: A, when: "true"}'                § 3:13: rule name 'A', expected 1 to 32 of a-z
                    '{keep: a, when: "true", reach: far}'       § 3:34: reach 'far', expected page, compound,
                    '{keep: a, when: "true", reach: buddy}'     § 3:34: reach buddy of a keep rule, expected page
                    '{keep: a, when: "true", pfns: []}'         § 3:33: an empty list of page frames
                    '{keep: a, when: "true", pfns: [1, 3-2]}'   § 3:37: '3-2', expected a range whose last is not
                    '{keep: a, when: "true", pfns: [-1]}'       § 3:34: '-1', expected a page frame or FIRST-LAST
                    '{keep: a, when: "true", pfns: [0x10000000000000]}' § 3:34: '0x10000000000000', expected a page
                    '{keep: a, when: ""}'                       § 3:19: no expression, expected one in CEL
                    '{keep: a, when: page.flags}'               § 3:19: this is of type int, expected bool
                    '{keep: a, when: [page.tail]}'              § 3:19: a list, expected an expression
                    '{keep: a, when: page.order > 3}'           § 3:19: unknown name 'page.order', expected one of page._
                    """)
    void shouldRefuseWhatIsNoRule(String rule, String problem) {
        assertProblem("name: a\nrules:\n- " + rule + "\n", problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '§', textBlock = """
                    '{value: 1}'                                              § 3:3: supplied number without number
                    '{number: PG_lru}'                                        § 3:3: supplied number without value
                    '{number: PG_buddy, value: 1}'                            § 3:12: number 'PG_buddy', expected one of PG_lru
                    '{number: PG_lru, value: 32}'                             § 3:27: value '32', expected a bit number 0 to 31
                    '{number: PAGE_SLAB_MAPCOUNT_VALUE, value: 0x100000000}'  § 3:45: value '0x100000000', expected 32 bits
                    '{number: PG_lru, value: 1, when: page.tail}'             § 3:36: undeclared reference to 'page'
                    """)
    void shouldRefuseWhatCannotBeSupplied(String supply, String problem) {
        assertProblem("name: a\nsupplies:\n- " + supply + "\nrules: []\n", problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain§when: page.tail || @nope",
                "single§when: 'dump.host == ''x'' || @nope'",
                "double§when: \"dump.host == \\\"x\\\" || @nope\"",
                "escapes§when: \"\\x70age.tail\\u0020||\\t\\U00000020@nope\"",
                "literal§when: |  # why\n      page.tail ||\n        @nope",
                "folded§when: >-\n      page.tail ||\n      PG_lru ||\n\n      @nope || PG_lru",
                "folded plain§when: page.tail ||\n      PG_lru\n      || @nope",
                "folded double§when: \"page.tail ||\\\n      PG_lru\n\n      || @nope\"",
                "wide§when: dump.host == '\ud83d\udc27\ud83d\udc27' || @nope"
            })
    void shouldNameThePlaceInTheFileWhateverTheStyle(String test) {
        String yaml = "name: a\r\nrules:\n  - keep: a\n    " + test.substring(test.indexOf('§') + 1) + "\n";
        int at = yaml.indexOf('@');
        String before = yaml.substring(0, at);
        int line = before.split("\n", -1).length;
        int column = before.codePointCount(before.lastIndexOf('\n') + 1, at) + 1;
        assertProblem(yaml.replace("@", ""), line + ":" + column + ": undeclared reference to 'nope'");
    }

    @Test
    void shouldSayWhatCelExpected() {
        assertProblem(
                rule("'page.flags == \"a\"'"),
                "4:23: found no matching overload for '_==_' applied to '(int, string)'");
        assertProblem(
                rule("kernel_at_least('6.x')"), "4:26: kernel_at_least() of something else, expected a version in");
        assertProblem(rule("dump.host + 'a' == 'b'"), "4:21: found no matching overload for '_+_'");
        assertProblem(rule("'[1].map(x, x) == [1]'"), "4:");
        assertProblem(rule("page.tail &&"), "4:23: ");
        assertProblem(rule("dump.host.matches('(')"), "4:29: Regex validation failed");
    }

    @Test
    void shouldRefuseWhatIsTooLargeOrTooDeep() {
        assertProblem("#".repeat(YamlReader.MAX_CHARS + 1), "1:1: 8388609 characters, expected at most 8388608");
        assertProblem("name: " + "[".repeat(100_000), "1:7: a list, expected a name");
        assertProblem("? ".repeat(100_000), "1:3: a mapping, expected a key");
        assertProblem(
                rule("'" + " ".repeat(70_000) + "'"), "4:11: expression of 70000 characters, expected at most 65536");
        assertProblem(rule("1" + "+1".repeat(2000) + " > 0"), "4:11: Expression recursion limit exceeded");
        assertProblem(rule("(".repeat(2000) + "true" + ")".repeat(2000)), "4:11: Expression recursion limit exceeded");
        assertProblem("name: a\nrules:\n" + "- {keep: a, when: page.tail}\n".repeat(257), "259:3: more than 256 rules");
    }

    @Test
    void shouldRefuseMoreReasonsThanThereAreCodes() {
        StringBuilder yaml = new StringBuilder("name: a\nrules:\n");
        for (int i = 0; i < 61; i++) {
            yaml.append("- {exclude: r").append(i).append(", when: page.tail}\n");
        }
        assertProblem(
                yaml.toString(), "63:13: one more reason, expected at most 64 with kept, hole, no-data and vmemmap");
    }

    @Test
    void shouldRefuseDefinitionsThatGrowWithoutBound() {
        StringBuilder yaml = new StringBuilder("name: a\ndefine:\n  a0: page.tail\n");
        for (int i = 1; i < 40; i++) {
            yaml.append("  a%d: a%d && a%d\n".formatted(i, i - 1, i - 1));
        }
        assertProblem(yaml + "rules: []\n", "18:8: the expression comes to ");
        StringBuilder chain = new StringBuilder("name: a\ndefine:\n  a0: page.tail\n");
        for (int i = 1; i < 255; i++) {
            chain.append("  a%d: a%d\n".formatted(i, i - 1));
        }
        assertProblem(chain + "rules: []\n", "253:9: the expression nests deeper than 250 levels");
    }

    @Test
    void shouldReadRulesForPeopleWithoutCheckingThem() throws RuleTextException {
        assertThat(RuleSetText.rules("a", "name: a\nrules:\n- keep: b\n  when: |\n    x ||\n    y\n"))
                .containsExactly(new RuleText(1, "keep", "b", "x || y", org.vmcorestream.rules.Reach.PAGE));
    }

    private static String rule(String when) {
        return "name: a\nrules:\n  - keep: a\n    when: " + when + "\n";
    }

    private static void assertProblem(String yaml, String problem) {
        assertThatThrownBy(() -> RuleSetText.read("f.yaml", yaml))
                .isInstanceOf(RuleTextException.class)
                .hasMessageStartingWith("f.yaml:" + problem)
                .hasMessageNotContaining("\n");
    }
}
