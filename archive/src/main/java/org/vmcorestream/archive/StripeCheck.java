// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;

/** What the records of a stripe may say, as the processor takes them, and as topic dumps tells of the stripe. */
final class StripeCheck {
    private static final int MAX_RULE_SETS = 64;
    private static final int MAX_TEXT = 1024;

    private StripeCheck() {}

    /** Checks a stripe's first record. */
    static void check(StripeOpened opened, StripeState state) throws MalformedRecordException {
        expect(
                opened.getFirstPfn() == state.getFirstPfn(),
                "first page frame",
                opened.getFirstPfn(),
                state.getFirstPfn() + " as the dump's record says");
        expect(
                opened.getEndPfn() == state.getEndPfn(),
                "page frame behind the last one",
                opened.getEndPfn(),
                state.getEndPfn() + " as the dump's record says");
        long room = Chunk.of(opened.getEndPfn() - 1) - Chunk.of(opened.getFirstPfn()) + 1;
        expect(
                opened.getChunks() >= 0 && opened.getChunks() <= room,
                "number of chunks",
                opened.getChunks(),
                "0 to " + room);
        expect(
                opened.getRuleSets().size() <= MAX_RULE_SETS,
                "number of rule sets",
                opened.getRuleSets().size(),
                "at most " + MAX_RULE_SETS);
        for (String ruleSet : opened.getRuleSets()) {
            expect(RuleSet.NAME.matcher(ruleSet).matches(), "rule set", ruleSet, "1 to 64 of a-z, 0-9 and -, @version");
        }
        checkText("kernel release", opened.getKernelRelease());
        checkText("tenant", opened.getTenant());
        checkText("host", opened.getHost());
        checkText("machine", opened.getMachine());
        checkText("crash reason", opened.getCrashReason());
        checkText("capture rule set", opened.getCaptureRuleSet());
        int structPage = opened.getStructPageSize();
        expect(
                structPage == 0 || MemmapRuns.isStructPageSize(structPage),
                "structPageSize",
                structPage,
                "0 or a multiple of 8 from " + MemmapRuns.MIN_STRUCT_PAGE + " to " + MemmapRuns.MAX_STRUCT_PAGE);
        FactsRecords.fromRecord(opened.getFacts());
    }

    /** Checks the place and the size of a chunk of a stripe that was checked. */
    static void check(ChunkMetadata chunk, StripeOpened opened) throws MalformedRecordException {
        long first = Chunk.of(opened.getFirstPfn());
        long last = Chunk.of(opened.getEndPfn() - 1);
        long number = chunk.getChunk();
        expect(number >= first && number <= last, "number of a chunk", number, first + " to " + last);
        long pages = Math.min(Chunk.PAGES, opened.getEndPfn() - Chunk.firstPfn(number));
        expect(chunk.getPages() == pages, "pages of chunk " + number, chunk.getPages(), "" + pages);
    }

    private static void checkText(String what, String text) throws MalformedRecordException {
        expect(text.length() <= MAX_TEXT, "length of the " + what, text.length(), "at most " + MAX_TEXT);
    }

    static void expect(boolean holds, String field, Object value, String expected) throws MalformedRecordException {
        if (!holds) {
            throw new MalformedRecordException(
                    field + " is " + OneLine.of(String.valueOf(value)) + ", expected " + expected);
        }
    }
}
