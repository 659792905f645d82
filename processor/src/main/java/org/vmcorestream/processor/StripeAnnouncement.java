// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.util.regex.Pattern;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.schemas.records.StripeOpened;

/** What the first record of a stripe may say. It comes from a topic, so none of it is believed unseen. */
final class StripeAnnouncement {
    /** Most rule sets applied to one stripe: all dump levels. */
    static final int MAX_RULE_SETS = 32;

    /** Longest text in it. */
    static final int MAX_TEXT = 1024;

    private static final long MAX_END_PFN = 1L << 52;
    private static final Pattern DUMP_ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

    private StripeAnnouncement() {}

    /** The stripe in messages. */
    static String name(StripeOpened opened) {
        return name(opened.getDumpId(), opened.getStripe());
    }

    /** A stripe in messages. */
    static String name(String dumpId, int stripe) {
        return "stripe " + stripe + " of dump " + dumpId;
    }

    /**
     * Checks a stripe's first record.
     *
     * @throws RefusedException naming what is out of range
     */
    static void check(StripeOpened opened) throws RefusedException {
        if (!DUMP_ID.matcher(opened.getDumpId()).matches()) {
            throw new RefusedException(
                    "dump id '" + abbreviated(opened.getDumpId()) + "', expected a UUID of 36 characters");
        }
        String name = name(opened);
        if (opened.getStripe() < 0) {
            throw new RefusedException(name + ", expected a stripe of 0 or more");
        }
        long firstPfn = opened.getFirstPfn();
        if (firstPfn < 0 || firstPfn % Chunk.PAGES != 0) {
            throw new RefusedException(
                    name + " begins at page frame " + firstPfn + ", expected a multiple of " + Chunk.PAGES);
        }
        if (opened.getEndPfn() <= firstPfn || opened.getEndPfn() > MAX_END_PFN) {
            throw new RefusedException(name + " ends at page frame " + opened.getEndPfn() + ", expected "
                    + (firstPfn + 1) + " to " + MAX_END_PFN);
        }
        long room = Chunk.of(opened.getEndPfn() - 1) - Chunk.of(firstPfn) + 1;
        if (opened.getChunks() < 0 || opened.getChunks() > room) {
            throw new RefusedException(name + " announces " + opened.getChunks() + " chunks, expected 0 to " + room);
        }
        if (opened.getRuleSets().size() > MAX_RULE_SETS) {
            throw new RefusedException(name + " asks for "
                    + opened.getRuleSets().size() + " rule sets, expected at most " + MAX_RULE_SETS);
        }
        int structPageSize = opened.getStructPageSize();
        if (structPageSize != 0 && !MemmapRuns.isStructPageSize(structPageSize)) {
            throw new RefusedException(name + " has struct pages of " + structPageSize
                    + " bytes, expected 0 or a multiple of 8 from " + MemmapRuns.MIN_STRUCT_PAGE + " to "
                    + MemmapRuns.MAX_STRUCT_PAGE);
        }
        checkText(name, "kernel release", opened.getKernelRelease());
        checkText(name, "tenant", opened.getTenant());
        checkText(name, "host", opened.getHost());
        checkText(name, "machine", opened.getMachine());
        checkText(name, "crash reason", opened.getCrashReason());
        checkText(name, "capture rule set", opened.getCaptureRuleSet());
        for (String ruleSet : opened.getRuleSets()) {
            checkText(name, "rule set name", ruleSet);
        }
    }

    private static void checkText(String name, String what, String text) throws RefusedException {
        if (text.length() > MAX_TEXT) {
            throw new RefusedException(
                    name + " has a " + what + " of " + text.length() + " characters, expected at most " + MAX_TEXT);
        }
    }

    private static String abbreviated(String text) {
        String oneLine = text.length() > 64 ? text.substring(0, 64) + "..." : text;
        return oneLine.replaceAll("\\p{Cntrl}", "?");
    }
}
