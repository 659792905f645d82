// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.vmcorestream.rules.PfnRanges;

/** Page frames as a rule set lists them: single ones and inclusive ranges, decimal or with 0x in front. */
final class PfnList {
    private static final String EXPECTED = "expected a page frame or FIRST-LAST, each 0 to 2^52-1";

    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{1,15}");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,16}");

    private PfnList() {}

    static PfnRanges read(YamlReader yaml) throws RuleTextException {
        List<PfnRanges.Range> ranges = new ArrayList<>();
        Place start = yaml.sequence("a list of page frames", place -> {
            if (ranges.size() == PfnRanges.MAX_RANGES) {
                throw yaml.problem(place, "more than " + PfnRanges.MAX_RANGES + " ranges of page frames");
            }
            ranges.add(range(yaml, yaml.scalar("a page frame or FIRST-LAST")));
        });
        if (ranges.isEmpty()) {
            throw yaml.problem(start, "an empty list of page frames, " + EXPECTED);
        }
        return PfnRanges.of(ranges);
    }

    private static PfnRanges.Range range(YamlReader yaml, YamlScalar item) throws RuleTextException {
        String text = item.text();
        int dash = text.indexOf('-');
        long from = pfn(dash < 0 ? text : text.substring(0, dash));
        long to = dash < 0 ? from : pfn(text.substring(dash + 1));
        if (from < 0 || to < 0) {
            throw yaml.problem(item.place(), "'" + YamlReader.shown(text) + "', " + EXPECTED);
        }
        if (to < from) {
            throw yaml.problem(
                    item.place(),
                    "'" + YamlReader.shown(text) + "', expected a range whose last is not before its first");
        }
        return new PfnRanges.Range(from, to + 1);
    }

    /** A page frame number, -1 when it is none. */
    private static long pfn(String text) {
        String digits = text.strip();
        boolean hex = digits.startsWith("0x");
        if (!(hex ? HEX : DECIMAL).matcher(digits).matches()) {
            return -1;
        }
        long pfn = hex ? Long.parseLong(digits.substring(2), 16) : Long.parseLong(digits);
        return pfn < PfnRanges.END_PFN ? pfn : -1;
    }
}
