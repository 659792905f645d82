// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleContext;

/** The names that a condition on pages may use, and what they stand for. */
final class PageVocabulary {
    /** What a {@code _mapcount} can never be: the value of a number that the kernel does not export. */
    static final long NOT_EXPORTED = Long.MIN_VALUE;

    private static final String PAGE = "page.";
    private static final String EXPORTS = "exports.";
    private static final String FLAG = "PG_";
    private static final String HEAD = "PG_head";
    private static final String HEAD_MASK = "PG_head_mask";

    private static final Pattern DEFINITION = Pattern.compile("[a-z_][a-z0-9_]{0,63}");

    /** Names with a meaning of their own in CEL or here. */
    private static final Set<String> TAKEN = Set.of(
            "page",
            "dump",
            "exports",
            "math",
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while",
            "int",
            "uint",
            "double",
            "bool",
            "string",
            "bytes",
            "list",
            "map",
            "type",
            "null_type",
            "dyn",
            "timestamp",
            "duration",
            "google",
            "has",
            "all",
            "exists",
            "exists_one",
            "size",
            "kernel_at_least");

    /** All names with their types, in the order of the documentation. */
    static final Map<String, CelType> TYPES = types();

    private PageVocabulary() {}

    private static Map<String, CelType> types() {
        Map<String, CelType> types = new LinkedHashMap<>();
        for (String field : new String[] {"flags", "_mapcount", "private", "mapping", "compound_order"}) {
            types.put(PAGE + field, SimpleType.INT);
        }
        types.put("page.tail", SimpleType.BOOL);
        types.put("page.hugetlb", SimpleType.BOOL);
        for (KernelNumber number : KernelNumber.values()) {
            types.put(number.exportedAs(), number.isBit() ? SimpleType.BOOL : SimpleType.INT);
            types.put(EXPORTS + number.exportedAs(), SimpleType.BOOL);
        }
        types.put(HEAD, SimpleType.BOOL);
        types.put(EXPORTS + HEAD_MASK, SimpleType.BOOL);
        types.put("MAX_PAGE_ORDER", SimpleType.INT);
        types.put("PAGE_SIZE", SimpleType.INT);
        types.putAll(DumpVocabulary.FACTS);
        return Map.copyOf(types);
    }

    /** Refuses names that a definition cannot have. */
    static void checkDefinitionName(YamlReader yaml, YamlScalar name) throws RuleTextException {
        if (!DEFINITION.matcher(name.text()).matches()) {
            throw yaml.problem(
                    name.place(),
                    "name '" + YamlReader.shown(name.text()) + "' of a definition, expected 1 to 64 of a-z, 0-9 and _,"
                            + " not beginning with a digit");
        }
        if (TAKEN.contains(name.text())) {
            throw yaml.problem(
                    name.place(), "name '" + name.text() + "' of a definition has a meaning of its own already");
        }
    }

    /** Whether what a name stands for may differ from page to page. */
    static boolean isOfPage(String name) {
        return name.startsWith(PAGE) || name.startsWith(FLAG);
    }

    /** What a name stands for; null when it is none of {@link #TYPES}. */
    static Answer answer(String name, RuleContext context) {
        if (!TYPES.containsKey(name)) {
            return null;
        }
        PageFacts kernel = context.kernel();
        if (name.startsWith(PAGE)) {
            return ofPage(name.substring(PAGE.length()));
        }
        if (name.startsWith(EXPORTS)) {
            String number = name.substring(EXPORTS.length());
            return new Answer.Value(
                    number.equals(HEAD_MASK)
                            ? kernel.headMask() != 0
                            : kernel.number(number(number)).isPresent());
        }
        if (name.equals(HEAD)) {
            return anyOf(kernel.headMask());
        }
        if (name.startsWith(FLAG)) {
            OptionalInt bit = kernel.number(number(name));
            return anyOf(bit.isPresent() ? 1 << bit.getAsInt() : 0);
        }
        return switch (name) {
            case "MAX_PAGE_ORDER" -> new Answer.Value((long) kernel.maxPageOrder());
            case "PAGE_SIZE" -> new Answer.Value((long) kernel.pageSize());
            default -> {
                Object fact = DumpVocabulary.fact(name, context.dump());
                if (fact == null) {
                    OptionalInt type = kernel.number(number(name));
                    fact = type.isPresent() ? (long) type.getAsInt() : NOT_EXPORTED;
                }
                yield new Answer.Value(fact);
            }
        };
    }

    private static Answer ofPage(String field) {
        return switch (field) {
            case "flags" -> Quantity.field(new PageField(0xffffffffL, 0, 0, 0));
            case "_mapcount" -> Quantity.field(new PageField(0, 0xffffffffL, 0, Integer.MIN_VALUE));
            case "private" -> inShape(Descriptor.BUDDY_ORDER_SHIFT, 0xff);
            case "mapping" -> inShape(Descriptor.MAPPING_SHIFT, 3);
            case "compound_order" -> inShape(0, Descriptor.COMPOUND_ORDER_MASK);
            case "tail" -> shapeBit(Descriptor.TAIL);
            case "hugetlb" -> shapeBit(Descriptor.HUGETLB);
            default -> throw new IllegalArgumentException(field);
        };
    }

    private static Quantity inShape(int shift, long mask) {
        int at = Integer.SIZE + shift;
        return Quantity.field(new PageField(mask << at, 0, at, 0));
    }

    private static Logic shapeBit(int bit) {
        long mask = (long) bit << Integer.SIZE;
        return new Logic.Bits(mask, 0, mask, 0);
    }

    /** Whether any bit of a mask is set in {@code page.flags}. */
    private static Logic anyOf(int mask) {
        long bits = mask & 0xffffffffL;
        return bits == 0 ? Logic.NO : Logic.not(new Logic.Bits(bits, 0, 0, 0));
    }

    private static KernelNumber number(String name) {
        for (KernelNumber number : KernelNumber.values()) {
            if (number.exportedAs().equals(name)) {
                return number;
            }
        }
        throw new IllegalArgumentException(name);
    }
}
