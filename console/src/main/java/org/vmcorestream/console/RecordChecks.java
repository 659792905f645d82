// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.List;
import java.util.regex.Pattern;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.MalformedRecordException;

/** Ranges that values of any record have to keep; each failure names the field, the value and what was expected. */
final class RecordChecks {
    /** Most stripes of a dump. */
    static final int MAX_STRIPES = 65_536;

    /** Most rule sets of a dump. */
    static final int MAX_RULE_SETS = 64;

    /** More page frames than any machine has: physical addresses have at most 64 bits, pages at least 12. */
    static final long MAX_PAGES = 1L << 52;

    private static final int MAX_NAME = 256;
    private static final int SHOWN = 60;
    private static final Pattern DUMP_ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern REASON = Pattern.compile("[a-z0-9-]{1,32}");

    private RecordChecks() {}

    static void expect(boolean holds, String field, Object value, String expected) throws MalformedRecordException {
        if (!holds) {
            throw new MalformedRecordException(
                    field + " is " + PlainText.line(String.valueOf(value), SHOWN) + ", expected " + expected);
        }
    }

    static void dumpId(String id) throws MalformedRecordException {
        expect(DUMP_ID.matcher(id).matches(), "dump id", id, "a UUID");
    }

    static void ruleSet(String name) throws MalformedRecordException {
        expect(RuleSet.NAME.matcher(name).matches(), "rule set", name, "1 to 64 of a-z, 0-9 and -, with its version");
    }

    static void ruleSets(List<String> names) throws MalformedRecordException {
        expect(names.size() <= MAX_RULE_SETS, "number of rule sets", names.size(), "at most " + MAX_RULE_SETS);
        for (String name : names) {
            ruleSet(name);
        }
    }

    static void reason(String name) throws MalformedRecordException {
        expect(REASON.matcher(name).matches(), "reason", name, "1 to 32 of a-z, 0-9 and -");
    }

    static void pages(String field, long pages) throws MalformedRecordException {
        expect(pages >= 0 && pages <= MAX_PAGES, field, pages, "0 to 2^52");
    }

    /**
     * Pages of a reason in one stripe. Of kept ones there may be fewer than none: unused vmemmap is counted with the stripe whose
     * pages it describes, and taken from the kept pages there, though it lies in another stripe.
     */
    static void pagesOfStripe(String reason, long pages) throws MalformedRecordException {
        boolean kept = reason.equals(RuleSet.COMMON_REASONS.get(RuleSet.KEPT));
        pages("pages of " + reason, kept ? Math.max(pages, -pages) : pages);
    }

    static void parts(String field, int parts) throws MalformedRecordException {
        expect(parts >= 1 && parts <= DumpCheck.MAX_PARTS, field, parts, "1 to " + DumpCheck.MAX_PARTS);
    }

    static void time(String field, long millis) throws MalformedRecordException {
        expect(millis >= 0, field, millis, "0 or more");
    }

    /** A name that people gave, as one line of bounded length. */
    static String name(String text) {
        return PlainText.line(text, MAX_NAME);
    }
}
