// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import com.google.common.primitives.UnsignedLong;
import org.vmcorestream.rules.UndecidedException;

/**
 * A whole number about a page, an {@code int} or {@code uint} of CEL. What is known of its range tells arithmetic that cannot
 * overflow from arithmetic that must be watched.
 *
 * @param unsigned whether it is a {@code uint}, whose 64 bits are then unsigned
 * @param number the number
 * @param canFail whether there may be pages without one
 * @param min smallest number it can be; of a {@code uint} not known to be below 2^63, {@link Long#MIN_VALUE}
 * @param max largest number it can be; of such a {@code uint}, {@link Long#MAX_VALUE}
 * @param field where it stands in the words of a page, null when it is computed
 */
record Quantity(boolean unsigned, LongOfPage number, boolean canFail, long min, long max, PageField field)
        implements Answer {
    @Override
    public Object of(int flags, int mapcount, int shape) {
        long value = number.of(flags, mapcount, shape);
        return unsigned ? (Object) UnsignedLong.fromLongBits(value) : (Object) value;
    }

    /** A number that is the same for every page. */
    static Quantity constant(boolean unsigned, long value) {
        return new Quantity(unsigned, (f, m, s) -> value, false, value, value, null);
    }

    /** A number that stands in a page. */
    static Quantity field(PageField field) {
        return new Quantity(false, field.reader(), false, field.min(), field.max(), field);
    }

    /** A number of which nothing is known. */
    static Quantity unknown(boolean unsigned, LongOfPage number) {
        return new Quantity(unsigned, number, true, Long.MIN_VALUE, Long.MAX_VALUE, null);
    }

    /** The answer of an expression of type {@code int} or {@code uint} as a number. */
    static Quantity of(Answer answer, boolean unsigned) {
        if (answer instanceof Quantity quantity) {
            return quantity;
        }
        if (answer instanceof Value known) {
            if (!unsigned && known.value() instanceof Long number) {
                return constant(false, number);
            }
            if (unsigned && known.value() instanceof UnsignedLong number) {
                return constant(true, number.longValue());
            }
        }
        return unknown(unsigned, (f, m, s) -> {
            Object value = answer.of(f, m, s);
            if (!unsigned && value instanceof Long number) {
                return number;
            }
            if (unsigned && value instanceof UnsignedLong number) {
                return number.longValue();
            }
            throw new UndecidedException("no whole number");
        });
    }

    /** Whether it is the same for every page. */
    boolean isConstant() {
        return min == max && !canFail;
    }

    /** {@code yes} where the condition holds, {@code no} where it does not. */
    static Answer choice(Logic condition, Quantity yes, Quantity no) {
        if (condition instanceof Logic.Fixed known) {
            return known.value() ? yes : no;
        }
        var asked = Decision.of(condition);
        return new Quantity(
                yes.unsigned,
                (f, m, s) -> asked.holds(f, m, s) ? yes.number.of(f, m, s) : no.number.of(f, m, s),
                condition.canFail() || yes.canFail || no.canFail,
                Math.min(yes.min, no.min),
                Math.max(yes.max, no.max),
                null);
    }
}
