// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

/** What was left out, as a bar: a part for each reason, and what is kept as the rest. */
final class ShareBar {
    /** Reasons with a color of their own, in the order of the classes c0, c1 …; others share the next one. */
    static final List<String> COLORED = List.of(
            BuiltInRuleSets.REASON_FREE,
            BuiltInRuleSets.REASON_UNACCEPTED,
            BuiltInRuleSets.REASON_CACHE,
            BuiltInRuleSets.REASON_CACHE_PRIVATE,
            BuiltInRuleSets.REASON_USER,
            BuiltInRuleSets.REASON_HWPOISON,
            BuiltInRuleSets.REASON_OFFLINE,
            RuleSet.VMEMMAP);

    private static final int WIDTH = 320;
    private static final int HEIGHT = 14;

    private ShareBar() {}

    /** Class of a reason's color. */
    static String colorOf(String reason) {
        int index = COLORED.indexOf(reason);
        return "c" + (index < 0 ? COLORED.size() : index);
    }

    /** Writes the bar of shares by reason. */
    static void write(Html html, Map<String, Double> shares) {
        html.raw(String.format(
                Locale.ROOT,
                "<svg class=\"bar\" role=\"img\" width=\"%d\" height=\"%d\"><rect class=\"kept\" width=\"%d\" height=\"%d\"/>",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        double from = 0;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            double width = Math.max(0, Math.min(1 - from, share.getValue()));
            html.raw(String.format(
                            Locale.ROOT,
                            "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" height=\"%d\"><title>",
                            colorOf(share.getKey()),
                            from * WIDTH,
                            width * WIDTH,
                            HEIGHT))
                    .text(share.getKey() + " " + percent(share.getValue()))
                    .raw("</title></rect>");
            from += width;
        }
        html.raw("</svg>");
    }

    /** A share for people. */
    static String percent(double share) {
        return String.format(Locale.ROOT, share > 0 && share < 0.0005 ? "<0.1%%" : "%.1f%%", 100 * share);
    }
}
