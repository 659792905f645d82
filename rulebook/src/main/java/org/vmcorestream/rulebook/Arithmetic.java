// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Map;
import java.util.Set;
import org.vmcorestream.rules.UndecidedException;

/**
 * What CEL computes with whole numbers, by the id of the overload. Overflow and division by zero leave a page without an
 * answer, as in CEL.
 */
final class Arithmetic {
    private interface Binary {
        long of(long left, long right);
    }

    private record Operation(boolean unsignedResult, boolean canFail, Binary compute) {}

    private static final Map<String, Operation> BINARY = Map.ofEntries(
            Map.entry("add_int64", new Operation(false, true, Arithmetic::add)),
            Map.entry("subtract_int64", new Operation(false, true, Arithmetic::subtract)),
            Map.entry("multiply_int64", new Operation(false, true, Arithmetic::multiply)),
            Map.entry("divide_int64", new Operation(false, true, Arithmetic::divide)),
            Map.entry("modulo_int64", new Operation(false, true, Arithmetic::modulo)),
            Map.entry("add_uint64", new Operation(true, true, Arithmetic::addUnsigned)),
            Map.entry("subtract_uint64", new Operation(true, true, Arithmetic::subtractUnsigned)),
            Map.entry("multiply_uint64", new Operation(true, true, Arithmetic::multiplyUnsigned)),
            Map.entry("divide_uint64", new Operation(true, true, Arithmetic::divideUnsigned)),
            Map.entry("modulo_uint64", new Operation(true, true, Arithmetic::moduloUnsigned)),
            Map.entry("math_bitAnd_int_int", new Operation(false, false, (a, b) -> a & b)),
            Map.entry("math_bitOr_int_int", new Operation(false, false, (a, b) -> a | b)),
            Map.entry("math_bitXor_int_int", new Operation(false, false, (a, b) -> a ^ b)),
            Map.entry("math_bitAnd_uint_uint", new Operation(true, false, (a, b) -> a & b)),
            Map.entry("math_bitOr_uint_uint", new Operation(true, false, (a, b) -> a | b)),
            Map.entry("math_bitXor_uint_uint", new Operation(true, false, (a, b) -> a ^ b)),
            Map.entry("math_bitShiftLeft_int_int", new Operation(false, true, Arithmetic::shiftLeft)),
            Map.entry("math_bitShiftRight_int_int", new Operation(false, true, Arithmetic::shiftRight)),
            Map.entry("math_bitShiftLeft_uint_int", new Operation(true, true, Arithmetic::shiftLeft)),
            Map.entry("math_bitShiftRight_uint_int", new Operation(true, true, Arithmetic::shiftRight)));

    private static final Set<String> UNARY = Set.of(
            "int64_to_int64",
            "uint64_to_uint64",
            "negate_int64",
            "math_bitNot_int_int",
            "math_bitNot_uint_uint",
            "int64_to_uint64",
            "uint64_to_int64");

    private Arithmetic() {}

    /** Whether {@link #binary} knows an overload. */
    static boolean isBinary(String overload) {
        return BINARY.containsKey(overload);
    }

    /** Whether {@link #unary} knows an overload. */
    static boolean isUnary(String overload) {
        return UNARY.contains(overload);
    }

    /** Whether an argument of an overload is a {@code uint}. */
    static boolean isUnsigned(String overload, int argument) {
        return overload.endsWith("_uint_uint")
                || argument == 0 && (overload.endsWith("_uint_int") || overload.startsWith("uint64_to_"))
                || overload.endsWith("_uint64") && !overload.equals("int64_to_uint64");
    }

    /** The number that an overload makes of two. */
    static Answer binary(String overload, Quantity left, Quantity right) {
        Operation operation = BINARY.get(overload);
        if (left.isConstant() && right.isConstant()) {
            try {
                return Quantity.constant(operation.unsignedResult, operation.compute.of(left.min(), right.min()));
            } catch (UndecidedException e) {
                return new Answer.Failure(e.getMessage());
            }
        }
        if (overload.startsWith("math_bitAnd")) {
            Quantity masked = masked(left, right);
            if (masked != null) {
                return masked;
            }
        }
        LongOfPage a = left.number();
        LongOfPage b = right.number();
        boolean operands = left.canFail() || right.canFail();
        if (overload.equals("add_int64") && !overflows(left.min(), right.min(), left.max(), right.max())) {
            return new Quantity(
                    false,
                    (f, m, s) -> a.of(f, m, s) + b.of(f, m, s),
                    operands,
                    left.min() + right.min(),
                    left.max() + right.max(),
                    null);
        }
        if (overload.equals("subtract_int64")
                && right.min() != Long.MIN_VALUE
                && !overflows(left.min(), -right.max(), left.max(), -right.min())) {
            return new Quantity(
                    false,
                    (f, m, s) -> a.of(f, m, s) - b.of(f, m, s),
                    operands,
                    left.min() - right.max(),
                    left.max() - right.min(),
                    null);
        }
        boolean canFail = operands
                || operation.canFail
                        && !(overload.endsWith("_int_int") && right.isConstant() && right.min() >= 0)
                        && !(overload.endsWith("_int64") && isSafeDivision(overload, right));
        Binary compute = operation.compute;
        return new Quantity(
                operation.unsignedResult,
                (f, m, s) -> compute.of(a.of(f, m, s), b.of(f, m, s)),
                canFail,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                null);
    }

    private static boolean isSafeDivision(String overload, Quantity divisor) {
        return (overload.startsWith("divide") || overload.startsWith("modulo")) && divisor.min() > 0;
    }

    private static boolean overflows(long a, long b, long c, long d) {
        return (a ^ a + b) < 0 && (b ^ a + b) < 0 || (c ^ c + d) < 0 && (d ^ c + d) < 0;
    }

    /** Some bits of a field. */
    private static Quantity masked(Quantity left, Quantity right) {
        Quantity field = left.field() != null ? left : right;
        Quantity mask = field == left ? right : left;
        if (field.field() == null || !mask.isConstant()) {
            return null;
        }
        PageField masked = field.field().masked(mask.min());
        return masked == null
                ? null
                : new Quantity(field.unsigned(), masked.reader(), field.canFail(), masked.min(), masked.max(), masked);
    }

    /** The number that an overload makes of one. */
    static Answer unary(String overload, Quantity of) {
        LongOfPage number = of.number();
        boolean canFail = of.canFail();
        return switch (overload) {
            case "int64_to_int64", "uint64_to_uint64" -> of;
            case "negate_int64" ->
                of.isConstant() && of.min() == Long.MIN_VALUE
                        ? new Answer.Failure("overflow")
                        : of.isConstant()
                                ? Quantity.constant(false, -of.min())
                                : new Quantity(
                                        false,
                                        (f, m, s) -> subtract(0, number.of(f, m, s)),
                                        canFail || of.min() == Long.MIN_VALUE,
                                        of.max() == Long.MIN_VALUE ? Long.MIN_VALUE : -of.max(),
                                        of.min() == Long.MIN_VALUE ? Long.MAX_VALUE : -of.min(),
                                        null);
            case "math_bitNot_int_int", "math_bitNot_uint_uint" ->
                of.isConstant()
                        ? Quantity.constant(of.unsigned(), ~of.min())
                        : new Quantity(
                                of.unsigned(),
                                (f, m, s) -> ~number.of(f, m, s),
                                canFail,
                                Long.MIN_VALUE,
                                Long.MAX_VALUE,
                                null);
            case "int64_to_uint64", "uint64_to_int64" -> turned(of);
            default -> throw new IllegalArgumentException(overload);
        };
    }

    /** From int to uint or back: whatever is below 0 of one is out of range of the other. */
    private static Answer turned(Quantity of) {
        if (of.isConstant() && of.min() < 0) {
            return new Answer.Failure("out of range");
        }
        if (of.min() >= 0) {
            return new Quantity(!of.unsigned(), of.number(), of.canFail(), of.min(), of.max(), of.field());
        }
        LongOfPage number = of.number();
        return new Quantity(
                !of.unsigned(),
                (f, m, s) -> {
                    long value = number.of(f, m, s);
                    if (value < 0) {
                        throw new UndecidedException("out of range");
                    }
                    return value;
                },
                true,
                0,
                Long.MAX_VALUE,
                null);
    }

    private static UndecidedException overflow() {
        return new UndecidedException("overflow");
    }

    private static long add(long a, long b) {
        long sum = a + b;
        if ((a ^ sum) < 0 && (b ^ sum) < 0) {
            throw overflow();
        }
        return sum;
    }

    private static long subtract(long a, long b) {
        long difference = a - b;
        if ((a ^ b) < 0 && (a ^ difference) < 0) {
            throw overflow();
        }
        return difference;
    }

    private static long multiply(long a, long b) {
        long product = a * b;
        if (Math.multiplyHigh(a, b) != product >> 63) {
            throw overflow();
        }
        return product;
    }

    private static long divide(long a, long b) {
        if (b == 0) {
            throw new UndecidedException("division by zero");
        }
        if (a == Long.MIN_VALUE && b == -1) {
            throw overflow();
        }
        return a / b;
    }

    private static long modulo(long a, long b) {
        if (b == 0) {
            throw new UndecidedException("division by zero");
        }
        return a % b;
    }

    private static long addUnsigned(long a, long b) {
        if (Long.compareUnsigned(a + b, a) < 0) {
            throw overflow();
        }
        return a + b;
    }

    private static long subtractUnsigned(long a, long b) {
        if (Long.compareUnsigned(a, b) < 0) {
            throw overflow();
        }
        return a - b;
    }

    private static long multiplyUnsigned(long a, long b) {
        if (b != 0 && Long.compareUnsigned(a, Long.divideUnsigned(-1, b)) > 0) {
            throw overflow();
        }
        return a * b;
    }

    private static long divideUnsigned(long a, long b) {
        if (b == 0) {
            throw new UndecidedException("division by zero");
        }
        return Long.divideUnsigned(a, b);
    }

    private static long moduloUnsigned(long a, long b) {
        if (b == 0) {
            throw new UndecidedException("division by zero");
        }
        return Long.remainderUnsigned(a, b);
    }

    private static long shiftLeft(long a, long by) {
        if (by < 0) {
            throw new UndecidedException("shift by a negative number");
        }
        return by > 63 ? 0 : a << by;
    }

    private static long shiftRight(long a, long by) {
        if (by < 0) {
            throw new UndecidedException("shift by a negative number");
        }
        return by > 63 ? 0 : a >>> by;
    }
}
