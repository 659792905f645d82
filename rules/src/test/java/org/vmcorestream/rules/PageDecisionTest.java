// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PageDecisionTest {
    private static final int FREE = 0xf0ffffff;
    private static final OptionalInt NONE = OptionalInt.empty();
    private static final PageFacts FACTS =
            new PageFacts(12, 11, NONE, NONE, NONE, NONE, NONE, NONE, 0, OptionalInt.of(FREE), NONE, NONE, NONE, NONE);
    private static final RuleSet RULES = new RuleSet(
            "mine",
            false,
            List.of(
                    new Rule(Rule.Action.KEEP, "one", context -> (f, m, s) -> f == 1, Reach.PAGE),
                    new Rule(Rule.Action.EXCLUDE, "free", context -> (f, m, s) -> m == FREE, Reach.BUDDY)));

    private final VerdictEngine engine = engine();
    private final VerdictRuns verdict = new VerdictRuns();

    private static VerdictEngine engine() {
        return new VerdictEngine(RULES, FACTS, DumpFacts.NONE, 1 << 20);
    }

    private PageDecision decide(long firstPfn, int flags, int mapcount, int shape, int pages) {
        ChunkDescriptors chunk = new ChunkDescriptors();
        chunk.begin(firstPfn);
        chunk.append(flags, mapcount, shape, pages);
        engine.decide(chunk, verdict);
        return engine.lastPage();
    }

    @Test
    void shouldTellWhichRuleDecidedTheLastPage() {
        assertThat(decide(0, 1, -1, 0, 5))
                .isEqualTo(new PageDecision(4, RuleSet.KEPT, PageDecision.How.RULE, 0, -1, 0));
        assertThat(decide(32768, 2, -1, 0, 1))
                .isEqualTo(new PageDecision(32768, RuleSet.KEPT, PageDecision.How.NO_RULE, -1, -1, 0));
        assertThat(decide(65536, 0, FREE, 0, 1))
                .as("a block of one page is no run")
                .isEqualTo(new PageDecision(65536, 3, PageDecision.How.RULE, 1, -1, 0));
    }

    @Test
    void shouldTellOfTheRunThatTheLastPageOpensOrLiesIn() {
        int order10 = 10 << Descriptor.BUDDY_ORDER_SHIFT;
        assertThat(decide(1024, 0, FREE, order10, 1))
                .isEqualTo(new PageDecision(1024, 3, PageDecision.How.RULE, 1, 1024, 2048));
        assertThat(decide(1025, 1, -1, 0, 1023))
                .as("also the last page of the run, behind which none is open")
                .isEqualTo(new PageDecision(2047, 3, PageDecision.How.INSIDE_RUN, 1, 1024, 2048));
        assertThat(engine.openRun()).isEqualTo(OpenRun.NONE);
        assertThat(decide(2048, 1, -1, 0, 1))
                .isEqualTo(new PageDecision(2048, RuleSet.KEPT, PageDecision.How.RULE, 0, -1, 0));
    }

    @Test
    void shouldTellOfAHoleInsideARun() {
        decide(1024, 0, FREE, 10 << Descriptor.BUDDY_ORDER_SHIFT, 1);

        assertThat(decide(1025, 0, 0, Descriptor.HOLE, 1))
                .isEqualTo(new PageDecision(1025, RuleSet.HOLE, PageDecision.How.HOLE, -1, -1, 0));
    }

    @Test
    void shouldTellOfClaimsThatWereNotFollowed() {
        assertThat(decide(1, 0, FREE, 3 << Descriptor.BUDDY_ORDER_SHIFT, 1))
                .isEqualTo(new PageDecision(1, RuleSet.KEPT, PageDecision.How.MISALIGNED, 1, -1, 0));
        assertThat(decide(2, 0, FREE, 11 << Descriptor.BUDDY_ORDER_SHIFT, 1))
                .isEqualTo(new PageDecision(2, RuleSet.KEPT, PageDecision.How.INVALID_ORDER, 1, -1, 0));
    }

    @Test
    void shouldNotKnowTheHeadOfARunThatWasRestored() {
        engine.restore(
                new OpenRun(2048, 3), Anomalies.NONE, new long[RULES.reasons().size()]);

        assertThat(decide(1025, 0, -1, 0, 1))
                .isEqualTo(new PageDecision(1025, 3, PageDecision.How.INSIDE_RUN, -1, -1, 2048));
    }

    @Test
    void shouldHaveNothingToTellBeforeTheFirstPage() {
        assertThatIllegalStateException().isThrownBy(engine::lastPage).withMessage("no page was decided yet");
    }
}
