// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.UndecidedException;

/**
 * A truth about a page. The makers {@link #not}, {@link #and}, {@link #or} and {@link #choice} give the simplest form they
 * can see: what is known is left out, and tests of bits are joined.
 */
sealed interface Logic extends Answer {
    /** Always true. */
    Logic YES = new Fixed(true);

    /** Always false. */
    Logic NO = new Fixed(false);

    /** Whether there may be pages without an answer. */
    boolean canFail();

    /** Whether it holds for a page; the slow way, see {@link Decision} for the fast one. */
    default boolean holds(int flags, int mapcount, int shape) {
        return Decision.of(this).holds(flags, mapcount, shape);
    }

    @Override
    default Object of(int flags, int mapcount, int shape) {
        return holds(flags, mapcount, shape);
    }

    /** The same for every page. */
    record Fixed(boolean value) implements Logic {
        @Override
        public boolean canFail() {
            return false;
        }
    }

    /** No answer for any page. */
    record Failing(String problem) implements Logic {
        @Override
        public boolean canFail() {
            return true;
        }
    }

    /**
     * Whether some bits of the words of {@link PageField}, as an unsigned number, are {@code low} to {@code low + span}.
     *
     * @param mask0 the bits in word 0
     * @param mask1 the bits in word 1; one of the two masks is 0
     * @param low smallest number that is meant
     * @param span how many more are meant
     */
    record Bits(long mask0, long mask1, long low, long span) implements Logic {
        @Override
        public boolean canFail() {
            return false;
        }

        /** Whether it asks for one single bit. */
        private boolean isOneBit() {
            return span == 0 && Long.bitCount(mask0 | mask1) == 1;
        }

        /** Both tests as one, null where that cannot be. */
        private Logic joined(Bits other) {
            boolean sameWord = mask1 == 0 && other.mask1 == 0 || mask0 == 0 && other.mask0 == 0;
            if (span != 0 || other.span != 0 || !sameWord) {
                return null;
            }
            long common = (mask0 | mask1) & (other.mask0 | other.mask1);
            if (((low ^ other.low) & common) != 0) {
                return NO;
            }
            return new Bits(mask0 | other.mask0, mask1 | other.mask1, low | other.low, 0);
        }
    }

    /** The opposite. */
    record Not(Logic of, boolean canFail) implements Logic {}

    /** Both. As in CEL, false for one is false even where the other has no answer. */
    record And(Logic left, Logic right, boolean canFail) implements Logic {}

    /** One of them or both. As in CEL, true for one is true even where the other has no answer. */
    record Or(Logic left, Logic right, boolean canFail) implements Logic {}

    /** One or the other, by a third. */
    record Choice(Logic condition, Logic yes, Logic no, boolean canFail) implements Logic {}

    /** Anything else. */
    record Asked(Condition condition, boolean canFail) implements Logic {
        @Override
        public boolean holds(int flags, int mapcount, int shape) {
            return condition.holds(flags, mapcount, shape);
        }
    }

    /** The answer of a boolean expression as logic. */
    static Logic of(Answer answer) {
        if (answer instanceof Logic logic) {
            return logic;
        }
        if (answer instanceof Value known) {
            return known.value() instanceof Boolean truth
                    ? fixed(truth)
                    : new Failing("neither true nor false, but " + known.value());
        }
        if (answer instanceof Failure failure) {
            return new Failing(failure.problem());
        }
        return new Asked(
                (f, m, s) -> {
                    if (answer.of(f, m, s) instanceof Boolean truth) {
                        return truth;
                    }
                    throw new UndecidedException("neither true nor false");
                },
                true);
    }

    /** Always the same. */
    static Logic fixed(boolean value) {
        return value ? YES : NO;
    }

    /** The opposite of {@code of}. */
    static Logic not(Logic of) {
        if (of instanceof Fixed known) {
            return fixed(!known.value);
        }
        if (of instanceof Failing) {
            return of;
        }
        if (of instanceof Not not) {
            return not.of;
        }
        if (of instanceof Bits bits && bits.isOneBit()) {
            return new Bits(bits.mask0, bits.mask1, bits.low ^ (bits.mask0 | bits.mask1), 0);
        }
        return new Not(of, of.canFail());
    }

    /** Both. */
    static Logic and(Logic left, Logic right) {
        if (left == NO || right == NO) {
            return NO;
        }
        if (left == YES) {
            return right;
        }
        if (right == YES) {
            return left;
        }
        if (left instanceof Bits one && right instanceof Bits two) {
            Logic joined = one.joined(two);
            if (joined != null) {
                return joined;
            }
        }
        return new And(left, right, left.canFail() || right.canFail());
    }

    /** One of them or both. */
    static Logic or(Logic left, Logic right) {
        if (left == YES || right == YES) {
            return YES;
        }
        if (left == NO) {
            return right;
        }
        if (right == NO) {
            return left;
        }
        if (not(left) instanceof Bits one && not(right) instanceof Bits two) {
            Logic joined = one.joined(two);
            if (joined != null) {
                return not(joined);
            }
        }
        return new Or(left, right, left.canFail() || right.canFail());
    }

    /** {@code yes} where the condition holds, {@code no} where it does not. */
    static Logic choice(Logic condition, Logic yes, Logic no) {
        if (condition instanceof Fixed known) {
            return known.value ? yes : no;
        }
        if (condition instanceof Failing) {
            return condition;
        }
        return new Choice(condition, yes, no, condition.canFail() || yes.canFail() || no.canFail());
    }
}
