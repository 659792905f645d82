// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.vmcorestream.rulebook.RuleSetDocument.SupplyClause;
import org.vmcorestream.rules.KernelNumber;

/** A number that a rule set supplies, as it is written. */
final class SuppliedNumber {
    private SuppliedNumber() {}

    static SupplyClause read(YamlReader yaml, YamlScalar name, YamlScalar value, YamlScalar when)
            throws RuleTextException {
        KernelNumber number = Arrays.stream(KernelNumber.values())
                .filter(each -> each.exportedAs().equals(name.text()))
                .findFirst()
                .orElse(null);
        if (number == null) {
            throw yaml.problem(
                    name.place(),
                    "number '" + YamlReader.shown(name.text()) + "', expected one of "
                            + Arrays.stream(KernelNumber.values())
                                    .map(KernelNumber::exportedAs)
                                    .collect(Collectors.joining(", ")));
        }
        return new SupplyClause(number, value(yaml, number, value), when);
    }

    private static int value(YamlReader yaml, KernelNumber number, YamlScalar scalar) throws RuleTextException {
        String text = scalar.text();
        long min = number.isBit() ? 0 : Integer.MIN_VALUE;
        long max = number.isBit() ? 31 : 0xffffffffL;
        boolean isHex = text.matches("0x[0-9a-fA-F]{1,15}");
        if (isHex || text.matches("-?[0-9]{1,18}")) {
            long value = isHex ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
            if (value >= min && value <= max) {
                return (int) value;
            }
        }
        throw yaml.problem(
                scalar.place(),
                "value '" + YamlReader.shown(text) + "', expected "
                        + (number.isBit() ? "a bit number 0 to 31" : "32 bits: -2147483648 to 0xffffffff"));
    }
}
