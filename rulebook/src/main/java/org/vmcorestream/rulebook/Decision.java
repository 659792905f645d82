// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.Sight;
import org.vmcorestream.rules.UndecidedException;

/**
 * Makes conditions of {@link Logic}. What always has an answer becomes a chain of steps, each of which tests some bits and
 * names the step to take next: no call, no branch on the kind of expression. What may have no answer becomes closures that
 * treat errors as CEL does.
 */
final class Decision {
    private static final Step YES = new Step();
    private static final Step NO = new Step();

    private Decision() {}

    /** The condition that holds where the logic does. */
    static Condition of(Logic logic) {
        return logic.canFail() ? guarded(logic) : new Steps(step(logic, YES, NO));
    }

    private static Condition guarded(Logic logic) {
        if (!logic.canFail()) {
            return of(logic);
        }
        if (logic instanceof Logic.Failing failing) {
            return (f, m, s) -> {
                throw new UndecidedException(failing.problem());
            };
        }
        if (logic instanceof Logic.Asked asked) {
            return asked.condition();
        }
        if (logic instanceof Logic.Not not) {
            Condition opposite = guarded(not.of());
            return (f, m, s) -> !opposite.holds(f, m, s);
        }
        if (logic instanceof Logic.And and) {
            return shortCircuit(guarded(and.left()), guarded(and.right()), false);
        }
        if (logic instanceof Logic.Or or) {
            return shortCircuit(guarded(or.left()), guarded(or.right()), true);
        }
        Logic.Choice choice = (Logic.Choice) logic;
        Condition condition = guarded(choice.condition());
        Condition yes = guarded(choice.yes());
        Condition no = guarded(choice.no());
        return (f, m, s) -> condition.holds(f, m, s) ? yes.holds(f, m, s) : no.holds(f, m, s);
    }

    /** Either side decides alone when it is {@code deciding}, even where the other has no answer. */
    private static Condition shortCircuit(Condition left, Condition right, boolean deciding) {
        return (f, m, s) -> {
            boolean first;
            try {
                first = left.holds(f, m, s);
            } catch (UndecidedException e) {
                if (right.holds(f, m, s) == deciding) {
                    return deciding;
                }
                throw e;
            }
            return first == deciding ? deciding : right.holds(f, m, s);
        };
    }

    /** One test and where to go from it; the two ends go nowhere. */
    private static final class Step {
        private final long mask0;
        private final long mask1;
        private final long low;
        private final long span;
        private final Condition asked;
        private final Step yes;
        private final Step no;

        private Step() {
            this(new Logic.Bits(0, 0, 0, 0), null, null, null);
        }

        private Step(Logic.Bits bits, Condition asked, Step yes, Step no) {
            mask0 = bits.mask0();
            mask1 = bits.mask1();
            low = bits.low();
            span = bits.span();
            this.asked = asked;
            this.yes = yes;
            this.no = no;
        }

        private Sight sight() {
            if (asked != null) {
                return asked.sight();
            }
            if (mask1 == 0) {
                return Sight.ofFlags((int) mask0).and(Sight.ofShape((int) (mask0 >>> Integer.SIZE)));
            }
            return mask1 == PageField.WHOLE_MAPCOUNT && span == 0
                    ? Sight.ofMapcount(PageField.mapcount(low))
                    : Sight.EVERYTHING;
        }
    }

    private static final Logic.Bits NO_BITS = new Logic.Bits(0, 0, 0, 0);

    /** The first step of {@code logic}, from which the others go on to {@code yes} or {@code no}. */
    private static Step step(Logic logic, Step yes, Step no) {
        if (yes == no) {
            return yes;
        }
        if (logic instanceof Logic.Fixed known) {
            return known.value() ? yes : no;
        }
        if (logic instanceof Logic.Bits bits) {
            return new Step(bits, null, yes, no);
        }
        if (logic instanceof Logic.Asked asked) {
            return new Step(NO_BITS, asked.condition(), yes, no);
        }
        if (logic instanceof Logic.Not not) {
            return step(not.of(), no, yes);
        }
        if (logic instanceof Logic.And and) {
            return step(and.left(), step(and.right(), yes, no), no);
        }
        if (logic instanceof Logic.Or or) {
            return step(or.left(), yes, step(or.right(), yes, no));
        }
        Logic.Choice choice = (Logic.Choice) logic;
        return step(choice.condition(), step(choice.yes(), yes, no), step(choice.no(), yes, no));
    }

    /** Steps from the first to an end. */
    private static final class Steps implements Condition {
        private final Step first;
        private final Sight sight;

        private Steps(Step first) {
            this.first = first;
            sight = sightFrom(first, Collections.newSetFromMap(new IdentityHashMap<>()));
        }

        /** What the steps from one on look at; those seen before are left out. */
        private static Sight sightFrom(Step step, Set<Step> seen) {
            if (step.yes == null || !seen.add(step)) {
                return Sight.NOTHING;
            }
            return step.sight().and(sightFrom(step.yes, seen)).and(sightFrom(step.no, seen));
        }

        @Override
        public Sight sight() {
            return sight;
        }

        @Override
        public boolean holds(int flags, int mapcount, int shape) {
            long word0 = PageField.word0(flags, shape);
            long word1 = PageField.word1(mapcount);
            Step at = first;
            while (at.yes != null) {
                boolean hit = at.asked == null
                        ? Long.compareUnsigned((word0 & at.mask0 | word1 & at.mask1) - at.low, at.span) <= 0
                        : at.asked.holds(flags, mapcount, shape);
                at = hit ? at.yes : at.no;
            }
            return at == YES;
        }
    }
}
