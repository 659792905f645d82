// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Arrays;

/** Comparisons of two whole numbers of one type. */
enum Comparison {
    EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    /** The comparison that an overload of CEL makes, null when it is none of two int or two uint. */
    static Comparison ofOverload(String overload) {
        return switch (overload) {
            case "less_int64", "less_uint64" -> LESS;
            case "less_equals_int64", "less_equals_uint64" -> LESS_OR_EQUAL;
            case "greater_int64", "greater_uint64" -> GREATER;
            case "greater_equals_int64", "greater_equals_uint64" -> GREATER_OR_EQUAL;
            default -> null;
        };
    }

    /** The truth of {@code left} compared with {@code right}. */
    Logic of(Quantity left, Quantity right) {
        if (left.field() != null && right.isConstant()) {
            return of(left.field(), clamped(right));
        }
        if (right.field() != null && left.isConstant()) {
            return turned().of(right.field(), clamped(left));
        }
        LongOfPage a = left.number();
        LongOfPage b = right.number();
        boolean canFail = left.canFail() || right.canFail();
        Logic.Asked asked = new Logic.Asked(
                switch (this) {
                    case EQUAL -> (f, m, s) -> a.of(f, m, s) == b.of(f, m, s);
                    case LESS ->
                        left.unsigned()
                                ? (f, m, s) -> Long.compareUnsigned(a.of(f, m, s), b.of(f, m, s)) < 0
                                : (f, m, s) -> a.of(f, m, s) < b.of(f, m, s);
                    case LESS_OR_EQUAL ->
                        left.unsigned()
                                ? (f, m, s) -> Long.compareUnsigned(a.of(f, m, s), b.of(f, m, s)) <= 0
                                : (f, m, s) -> a.of(f, m, s) <= b.of(f, m, s);
                    case GREATER ->
                        left.unsigned()
                                ? (f, m, s) -> Long.compareUnsigned(a.of(f, m, s), b.of(f, m, s)) > 0
                                : (f, m, s) -> a.of(f, m, s) > b.of(f, m, s);
                    case GREATER_OR_EQUAL ->
                        left.unsigned()
                                ? (f, m, s) -> Long.compareUnsigned(a.of(f, m, s), b.of(f, m, s)) >= 0
                                : (f, m, s) -> a.of(f, m, s) >= b.of(f, m, s);
                },
                canFail);
        boolean known = left.isConstant() && right.isConstant();
        return known ? Logic.fixed(asked.condition().holds(0, 0, 0)) : asked;
    }

    /** No field is above 2^32, so a larger unsigned number may as well be the largest signed one. */
    private static long clamped(Quantity constant) {
        return constant.unsigned() && constant.min() < 0 ? Long.MAX_VALUE : constant.min();
    }

    private Logic of(PageField field, long value) {
        return switch (this) {
            case EQUAL -> field.between(value, value);
            case LESS -> value == Long.MIN_VALUE ? Logic.NO : field.between(Long.MIN_VALUE, value - 1);
            case LESS_OR_EQUAL -> field.between(Long.MIN_VALUE, value);
            case GREATER -> value == Long.MAX_VALUE ? Logic.NO : field.between(value + 1, Long.MAX_VALUE);
            case GREATER_OR_EQUAL -> field.between(value, Long.MAX_VALUE);
        };
    }

    /** The comparison that says the same with its sides exchanged. */
    private Comparison turned() {
        return switch (this) {
            case EQUAL -> EQUAL;
            case LESS -> GREATER;
            case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
            case GREATER -> LESS;
            case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        };
    }

    /** Whether a number is one of some; they are all of its type. */
    static Logic oneOf(Quantity number, long[] values) {
        if (number.field() != null && values.length <= 8) {
            Logic found = Logic.NO;
            for (long value : values) {
                found = Logic.or(found, EQUAL.of(number, Quantity.constant(number.unsigned(), value)));
            }
            return found;
        }
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        LongOfPage of = number.number();
        return new Logic.Asked((f, m, s) -> Arrays.binarySearch(sorted, of.of(f, m, s)) >= 0, number.canFail());
    }
}
