// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.util.List;
import java.util.regex.Pattern;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeState;

/** What the record of a dump may say. It comes from a topic, so none of it is believed unseen. */
final class DumpCheck {
    private static final int MAX_STRIPES = 65_536;
    private static final int MAX_RANGES = 1 << 20;
    private static final int MAX_RULE_SETS = 64;
    private static final int MAX_CALLS = 256;
    private static final int MAX_PARTITION = 1 << 20;
    private static final long MAX_END_PFN = 1L << 37;
    private static final int MAX_NOTES = 64 << 20;
    private static final Pattern DUMP_ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private DumpCheck() {}

    /** Whether a text can be the id of a dump. */
    static boolean isDumpId(String text) {
        return DUMP_ID.matcher(text).matches();
    }

    /**
     * Checks a record.
     *
     * @param key key of the record, which has to be the dump's id
     * @throws MalformedRecordException when a value is out of its range
     */
    static void check(Dump dump, String key) throws MalformedRecordException {
        Manifest manifest = dump.getManifest();
        String id = manifest.getDumpId();
        expect(isDumpId(id), "dump id", id, "a UUID");
        expect(key.equals(id), "key", key, "the dump id " + id);
        expect(dump.getState() != DumpState.UNKNOWN, "state", dump.getState(), "one that this version knows");
        int shift = manifest.getPageShift();
        expect(shift >= 12 && shift <= 16, "pageShift", shift, "12 to 16");
        long end = manifest.getEndPfn();
        expect(end > 0 && end <= MAX_END_PFN, "endPfn", end, "1 to 2^37");
        expect(manifest.getOpenedAt() >= 0, "openedAt", manifest.getOpenedAt(), "0 or more");
        expect(manifest.getCpus() >= 1 && manifest.getCpus() <= 1 << 20, "cpus", manifest.getCpus(), "1 to 2^20");
        int notes = manifest.getNotes().remaining() + manifest.getVmcoreinfo().remaining();
        expect(notes <= MAX_NOTES, "bytes of notes", notes, "at most " + MAX_NOTES);
        int calls = manifest.getCallTrace().size();
        expect(calls <= MAX_CALLS, "length of the call trace", calls, "at most " + MAX_CALLS);
        checkPresent(manifest.getPresent(), end);
        checkStripes(dump.getStripes(), end);
        int ruleSets = manifest.getRuleSets().size();
        expect(ruleSets <= MAX_RULE_SETS, "number of rule sets", ruleSets, "at most " + MAX_RULE_SETS);
        for (String name : manifest.getRuleSets()) {
            expect(RuleSet.NAME.matcher(name).matches(), "rule set", name, "1 to 64 of a-z, 0-9 and -, @version");
        }
    }

    private static void checkPresent(List<PfnRange> present, long end) throws MalformedRecordException {
        expect(present.size() <= MAX_RANGES, "number of present ranges", present.size(), "at most " + MAX_RANGES);
        long last = 0;
        for (PfnRange range : present) {
            long first = range.getFirstPfn();
            expect(first >= last, "first page frame of a present range", first, last + " or more");
            long behind = range.getEndPfn();
            expect(behind > first && behind <= end, "end of a present range", behind, (first + 1) + " to " + end);
            last = behind;
        }
    }

    private static void checkStripes(List<StripeState> stripes, long end) throws MalformedRecordException {
        int count = stripes.size();
        expect(count >= 1 && count <= MAX_STRIPES, "number of stripes", count, "1 to " + MAX_STRIPES);
        long last = 0;
        for (int i = 0; i < count; i++) {
            StripeState stripe = stripes.get(i);
            String name = "stripe " + i + ": ";
            expect(stripe.getStripe() == i, name + "number", stripe.getStripe(), "" + i);
            long first = stripe.getFirstPfn();
            expect(
                    first >= last && first % Chunk.PAGES == 0,
                    name + "firstPfn",
                    first,
                    "a multiple of " + Chunk.PAGES + " from " + last + " on");
            long behind = stripe.getEndPfn();
            boolean whole = behind % Chunk.PAGES == 0 || behind == end;
            expect(
                    behind > first && behind <= end && whole,
                    name + "endPfn",
                    behind,
                    "a multiple of " + Chunk.PAGES + " above " + first + ", or " + end);
            int partition = stripe.getPartition();
            expect(partition >= 0 && partition <= MAX_PARTITION, name + "partition", partition, "0 to 2^20");
            checkOffsets(name + "metadata", stripe.getMetadataOffset(), stripe.getMetadataEnd());
            checkOffsets(name + "data", stripe.getDataOffset(), stripe.getDataEnd());
            expect(stripe.getPages() >= 0, name + "pages", stripe.getPages(), "0 or more");
            expect(stripe.getPageBytes() >= 0, name + "pageBytes", stripe.getPageBytes(), "0 or more");
            last = behind;
        }
    }

    private static void checkOffsets(String name, long first, long last) throws MalformedRecordException {
        expect(first >= -1, name + "Offset", first, "-1 or more");
        expect(last == -1 || last >= Math.max(first, 0), name + "End", last, "-1 or at least " + first);
    }

    private static void expect(boolean holds, String field, Object value, String expected)
            throws MalformedRecordException {
        if (!holds) {
            throw new MalformedRecordException(
                    "dump record: " + field + " is " + OneLine.of(String.valueOf(value)) + ", expected " + expected);
        }
    }
}
