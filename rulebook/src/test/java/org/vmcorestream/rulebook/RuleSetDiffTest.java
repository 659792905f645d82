// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RuleSetDiffTest {
    private static final String OLD = """
            name: mine
            define:
              slab: "PG_slab || page._mapcount == PAGE_SLAB_MAPCOUNT_VALUE"
              gone: "true"
            supplies:
              - {number: PAGE_UNACCEPTED_MAPCOUNT_VALUE, value: -150994944, when: 'dump.kernel_series == "6.14"'}
            rules:
              - keep: tail
                when: page.tail
              - exclude: free
                when: page._mapcount == PAGE_BUDDY_MAPCOUNT_VALUE && !slab
                reach: buddy
              - exclude: poison
                when: PG_hwpoison
              - exclude: user
                when: page.mapping == 1
                pfns: [5, 7-9]
            """;

    @Test
    void shouldSayNothingWhenOnlyTheFormattingDiffers() throws RuleTextException {
        String other = """
                # the same
                rules:
                - {when: "(page.tail)", keep: tail, reach: page}
                - when: |
                    page._mapcount ==
                      PAGE_BUDDY_MAPCOUNT_VALUE // free
                      && (!slab)
                  reach: 'buddy'
                  exclude: free
                - {exclude: poison, when: PG_hwpoison}
                - {exclude: user, pfns: [7, 0x5, "8-9"], when: page.mapping==0x1}
                counts-zero: false
                supplies:
                  - number: PAGE_UNACCEPTED_MAPCOUNT_VALUE
                    value: 0xf7000000
                    when: dump.kernel_series=='6.14'
                define: {gone: true, slab: PG_slab||page._mapcount==PAGE_SLAB_MAPCOUNT_VALUE}
                name: mine
                """;
        assertThat(diff(OLD, other)).isEmpty();
        assertThat(diff(OLD, OLD)).isEmpty();
    }

    @Test
    void shouldSayWhatChangedInOneLineEach() throws RuleTextException {
        String other = OLD.replace("name: mine", "name: mine\ncounts-zero: true")
                .replace("  gone: \"true\"\n", "  fresh: \"false\"\n")
                .replace("PG_slab || page._mapcount", "PG_slab && page._mapcount")
                .replace("-150994944", "0xf6000000")
                .replace("&& !slab\n    reach: buddy", "\n    reach: compound")
                .replace("exclude: poison", "keep: poison")
                .replace("7-9", "7-10");
        assertThat(diff(OLD, other))
                .containsExactly(
                        "counts-zero: false -> true",
                        "supply removed: PAGE_UNACCEPTED_MAPCOUNT_VALUE = 0xf7000000 when dump.kernel_series == \"6.14\"",
                        "supply added: PAGE_UNACCEPTED_MAPCOUNT_VALUE = 0xf6000000 when dump.kernel_series == \"6.14\"",
                        "definition removed: gone: true",
                        "definition slab: PG_slab || page._mapcount == PAGE_SLAB_MAPCOUNT_VALUE -> PG_slab &&"
                                + " page._mapcount == PAGE_SLAB_MAPCOUNT_VALUE",
                        "definition added: fresh: false",
                        "rule 2 exclude free: when: page._mapcount == PAGE_BUDDY_MAPCOUNT_VALUE && !slab ->"
                                + " page._mapcount == PAGE_BUDDY_MAPCOUNT_VALUE",
                        "rule 2 exclude free: reach: buddy -> compound",
                        "rule 3: exclude poison -> keep poison",
                        "rule 4 exclude user: pfns: 4 in 2 ranges, from 5 to 9 -> 5 in 2 ranges, from 5 to 10");
    }

    @Test
    void shouldTellMovedFromAddedAndRemovedRules() throws RuleTextException {
        String other = rules("exclude: d", "keep: a", "exclude: b", "keep: new");
        assertThat(diff(rules("keep: a", "exclude: b", "keep: c", "exclude: d"), other))
                .containsExactly(
                        "rule 3 removed: keep c when \"keep: c\" == dump.host",
                        "rule 1 moved: exclude d, it was rule 4",
                        "rule 4 added: keep new when \"keep: new\" == dump.host");
        assertThat(diff(other, other.replace("keep: a", "keep: z").replace("\"keep: z\"", "\"keep: a\"")))
                .containsExactly("rule 2: keep a -> keep z");
    }

    @Test
    void shouldCompareBuiltInRuleSets() throws RuleTextException {
        List<String> lines = diff(
                RuleSetText.builtIn("31").orElseThrow(),
                RuleSetText.builtIn("31-e").orElseThrow());
        assertThat(lines)
                .contains("name: level-31 -> level-31-e", "drops-unused-vmemmap: false -> true")
                .hasSize(3);
    }

    @Test
    void shouldNameTheTextThatIsNoRuleSet() {
        assertThatThrownBy(() -> diff(OLD, OLD.replace("page.tail", "page.tail &&")))
                .isInstanceOf(RuleTextException.class)
                .hasMessageStartingWith("new.yaml:9:23: ");
    }

    private static String rules(String... labels) {
        StringBuilder text = new StringBuilder("name: mine\nrules:\n");
        for (String label : labels) {
            text.append("- ")
                    .append(label)
                    .append("\n  when: '\"")
                    .append(label)
                    .append("\" == dump.host'\n");
        }
        return text.toString();
    }

    private static List<String> diff(String before, String after) throws RuleTextException {
        return RuleSetDiff.between("old.yaml", before, "new.yaml", after);
    }
}
