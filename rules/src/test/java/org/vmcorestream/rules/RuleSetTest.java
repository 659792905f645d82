// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSetTest {
    @Test
    void shouldFindLevelsByNameAndByNumber() {
        assertThat(BuiltInRuleSets.named("level-31").orElseThrow().name()).isEqualTo("level-31");
        assertThat(BuiltInRuleSets.named("17").orElseThrow().name()).isEqualTo("level-17");
        assertThat(BuiltInRuleSets.named("capture").orElseThrow().countsZero()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "32", "-1", "level-32", "level-", "007", "level-1x", "LEVEL-1", "99999999999"})
    void shouldFindNothingUnderOtherNames(String name) {
        assertThat(BuiltInRuleSets.named(name)).isEmpty();
    }

    @Test
    void shouldCountZeroPagesAtOddLevelsOnly() {
        for (int level = 0; level <= 31; level++) {
            assertThat(BuiltInRuleSets.level(level).countsZero()).isEqualTo(level % 2 == 1);
        }
    }

    @Test
    void shouldNameEveryReasonOfLevel31() {
        assertThat(BuiltInRuleSets.level(31).reasons())
                .containsExactly(
                        "kept",
                        "hole",
                        "no-data",
                        "free",
                        "unaccepted",
                        "cache",
                        "cache-private",
                        "user",
                        "hwpoison",
                        "offline");
    }

    @Test
    void shouldRefuseRuleNamesThatStatisticsCouldNotTellApart() {
        Condition.OfDump never = context -> (f, m, s) -> false;
        assertThatThrownBy(() -> new Rule(Rule.Action.EXCLUDE, "Not a name", never, Reach.PAGE))
                .hasMessageContaining("'Not a name'");
        Rule hole = new Rule(Rule.Action.EXCLUDE, "hole", never, Reach.PAGE);
        assertThatThrownBy(() -> new RuleSet("mine", false, List.of(hole))).hasMessageContaining("'hole'");
        assertThatThrownBy(() -> new Rule(Rule.Action.KEEP, "far", never, Reach.BUDDY))
                .hasMessageContaining("reaches further");
    }

    @Test
    void shouldRefuseFactsThatLie() {
        assertThatThrownBy(() -> facts(12, 0, 4)).hasMessageContaining("LENGTH(zone.free_area) is 0, expected 1 to 32");
        assertThatThrownBy(() -> facts(12, 33, 4)).hasMessageContaining("33");
        assertThatThrownBy(() -> facts(12, 11, 32)).hasMessageContaining("NUMBER(PG_lru) is 32");
        assertThatThrownBy(() -> facts(11, 11, 4)).hasMessageContaining("page shift is 11");
    }

    private static PageFacts facts(int pageShift, int freeAreaLength, int lru) {
        OptionalInt none = OptionalInt.empty();
        return new PageFacts(
                pageShift,
                freeAreaLength,
                OptionalInt.of(lru),
                none,
                none,
                none,
                none,
                none,
                0,
                none,
                none,
                none,
                none,
                none);
    }
}
