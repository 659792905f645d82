// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vmcorestream.archive.Explanation;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.PageDecision;

/**
 * An explanation, for people and for scripts.
 *
 * @param dump the dump as the user named it
 * @param explanation what there is to say
 * @param pageShift log2 of the page size in bytes
 */
record ExplanationReport(String dump, Explanation explanation, int pageShift) {
    /** The report as lines. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("Dump", dump));
        long address = explanation.pfn() << pageShift;
        lines.add(line(
                "Page frame",
                String.format(
                        Locale.ROOT,
                        "%d, physical addresses 0x%x to 0x%x",
                        explanation.pfn(),
                        address,
                        address + (1L << pageShift) - 1)));
        String label = "Page";
        for (String word : explanation.words()) {
            lines.add(line(label, word));
            label = "";
        }
        explanation
                .block()
                .ifPresent(block -> lines.add(line(
                        "Block",
                        block.kind() + " of " + block.pages() + " pages, page frames " + block.firstPfn() + " to "
                                + (block.endPfn() - 1))));
        for (Explanation.Verdict verdict : explanation.verdicts()) {
            lines.add(line(verdict.ruleSet(), verdict.sentence()));
        }
        return lines;
    }

    private static String line(String label, String value) {
        return String.format(Locale.ROOT, "%-16s: %s", label, Printable.line(value));
    }

    /** The same as an object. */
    Json json() {
        Json json = new Json()
                .put("dump", dump)
                .put("pfn", explanation.pfn())
                .put("physicalAddress", explanation.pfn() << pageShift)
                .put("pageSize", 1L << pageShift);
        explanation.descriptor().ifPresent(descriptor -> json.put("descriptor", json(descriptor)));
        json.put("words", explanation.words());
        explanation
                .block()
                .ifPresent(block -> json.put(
                        "block",
                        new Json()
                                .put("kind", block.kind())
                                .put("firstPfn", block.firstPfn())
                                .put("pages", block.pages())));
        return json.put(
                "verdicts",
                explanation.verdicts().stream()
                        .map(verdict -> json(verdict).fields())
                        .toList());
    }

    private static Json json(Descriptor descriptor) {
        return new Json()
                .put("flags", Integer.toUnsignedLong(descriptor.flags()))
                .put("mapcount", descriptor.mapcount())
                .put("shape", Integer.toUnsignedLong(descriptor.shape()));
    }

    private static Json json(Explanation.Verdict verdict) {
        PageDecision decision = verdict.decision();
        Json json = new Json()
                .put("ruleSet", verdict.ruleSet())
                .put("reason", verdict.reason())
                .put("how", decision.how().name());
        if (!verdict.rule().isEmpty()) {
            json.put("rule", verdict.rule()).put("ruleNumber", decision.rule() + 1);
        }
        if (decision.runPfn() >= 0) {
            json.put(
                    "run",
                    new Json()
                            .put("firstPfn", decision.runPfn())
                            .put("pages", decision.runEndPfn() - decision.runPfn()));
        }
        return json.put("sentence", verdict.sentence());
    }
}
