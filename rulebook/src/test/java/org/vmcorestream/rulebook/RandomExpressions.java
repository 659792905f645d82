// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.List;
import java.util.Random;

/** Expressions in CEL of a wanted type, of anything that conditions may hold. */
final class RandomExpressions {
    private static final List<String> BOOLS = List.of(
            "page.tail",
            "page.hugetlb",
            "PG_lru",
            "PG_private",
            "PG_swapcache",
            "PG_swapbacked",
            "PG_slab",
            "PG_hwpoison",
            "PG_head",
            "exports.PG_slab",
            "exports.PAGE_UNACCEPTED_MAPCOUNT_VALUE",
            "exports.PG_head_mask",
            "true",
            "false",
            "kernel_at_least('6.12')",
            "(dump.tenant == 'shop')",
            "dump.crash_reason.contains('BUG')");
    private static final List<String> INTS = List.of(
            "page.flags",
            "page._mapcount",
            "page.private",
            "page.mapping",
            "page.compound_order",
            "PAGE_BUDDY_MAPCOUNT_VALUE",
            "PAGE_OFFLINE_MAPCOUNT_VALUE",
            "PAGE_SLAB_MAPCOUNT_VALUE",
            "PAGE_HUGETLB_MAPCOUNT_VALUE",
            "PAGE_UNACCEPTED_MAPCOUNT_VALUE",
            "MAX_PAGE_ORDER",
            "PAGE_SIZE",
            "dump.host.size()");
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "3",
            "9",
            "31",
            "64",
            "255",
            "256",
            "-128",
            "4294967295",
            "2147483647",
            "-2147483648",
            "9223372036854775807",
            "-9223372036854775808",
            "0x80000000",
            "0x7f");
    private static final List<String> UNSIGNED =
            List.of("0u", "1u", "2u", "255u", "4294967295u", "18446744073709551615u", "9223372036854775808u");

    private final Random random;

    RandomExpressions(Random random) {
        this.random = random;
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** An expression of type bool. */
    String bool(int depth) {
        if (depth == 0) {
            return one(BOOLS);
        }
        int deeper = depth - 1;
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> "(" + bool(deeper) + " && " + bool(deeper) + ")";
            case 3, 4, 5 -> "(" + bool(deeper) + " || " + bool(deeper) + ")";
            case 6 -> "!" + bool(deeper);
            case 7 -> "(" + bool(deeper) + " ? " + bool(deeper) + " : " + bool(deeper) + ")";
            case 8 -> "(" + bool(deeper) + one(List.of(" == ", " != ")) + bool(deeper) + ")";
            case 9, 10 -> "(" + integer(deeper) + comparison() + integer(deeper) + ")";
            case 11 -> "(" + unsigned(deeper) + comparison() + unsigned(deeper) + ")";
            case 12 -> "(" + one(INTS) + comparison() + one(NUMBERS) + ")";
            case 13 -> "(" + integer(deeper) + " in " + list() + ")";
            case 14 -> uncompiled(deeper);
            default -> one(BOOLS);
        };
    }

    private String comparison() {
        return one(List.of(" == ", " != ", " < ", " <= ", " > ", " >= "));
    }

    private String list() {
        StringBuilder list = new StringBuilder("[").append(one(NUMBERS));
        int more = random.nextInt(12);
        for (int i = 0; i < more; i++) {
            list.append(", ").append(random.nextInt(12) == 0 ? one(INTS) : one(NUMBERS));
        }
        return list.append(']').toString();
    }

    /** What only the CEL runtime can answer. */
    private String uncompiled(int depth) {
        return switch (random.nextInt(6)) {
            case 0 -> "[1, 2, 3].exists(x, x == " + integer(depth) + ")";
            case 1 -> "string(" + integer(depth) + ").endsWith('1')";
            case 2 -> "(double(" + integer(depth) + ") < 2.5)";
            case 3 -> "(" + integer(depth) + " < " + unsigned(depth) + ")";
            case 4 -> "(dyn(" + bool(depth) + ") == " + bool(depth) + ")";
            default -> "(" + bool(depth) + " < " + bool(depth) + ")";
        };
    }

    /** An expression of type int. */
    String integer(int depth) {
        if (depth == 0) {
            return random.nextInt(3) == 0 ? one(NUMBERS) : one(INTS);
        }
        int deeper = depth - 1;
        return switch (random.nextInt(10)) {
            case 0, 1 -> "(" + integer(deeper) + one(List.of(" + ", " - ", " * ")) + integer(deeper) + ")";
            case 2 -> "(" + integer(deeper) + one(List.of(" / ", " % ")) + integer(deeper) + ")";
            case 3 -> "-(" + integer(deeper) + ")";
            case 4 -> "(" + bool(deeper) + " ? " + integer(deeper) + " : " + integer(deeper) + ")";
            case 5, 6 -> bits(integer(deeper), integer(deeper));
            case 7 -> shift(integer(deeper), integer(deeper));
            case 8 -> "int(" + unsigned(deeper) + ")";
            default -> "math.bitNot(" + integer(deeper) + ")";
        };
    }

    private String unsigned(int depth) {
        if (depth == 0) {
            return random.nextBoolean() ? one(UNSIGNED) : "uint(" + one(INTS) + ")";
        }
        int deeper = depth - 1;
        return switch (random.nextInt(7)) {
            case 0, 1 ->
                "(" + unsigned(deeper) + one(List.of(" + ", " - ", " * ", " / ", " % ")) + unsigned(deeper) + ")";
            case 2 -> bits(unsigned(deeper), unsigned(deeper));
            case 3 -> shift(unsigned(deeper), integer(deeper));
            case 4 -> "(" + bool(deeper) + " ? " + unsigned(deeper) + " : " + unsigned(deeper) + ")";
            case 5 -> "uint(" + integer(deeper) + ")";
            default -> "math.bitNot(" + unsigned(deeper) + ")";
        };
    }

    private String bits(String left, String right) {
        return one(List.of("math.bitAnd", "math.bitOr", "math.bitXor")) + "(" + left + ", " + right + ")";
    }

    private String shift(String left, String right) {
        return one(List.of("math.bitShiftLeft", "math.bitShiftRight")) + "(" + left + ", " + right + ")";
    }
}
