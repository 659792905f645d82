// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.util.List;
import java.util.regex.Pattern;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeState;

/** What the record of a dump may say. It comes from a topic, so none of it is believed unseen. */
public final class DumpCheck {
    /** Most stripes of a dump. */
    public static final int MAX_STRIPES = 65_536;

    /** Most parts of a dump. */
    public static final int MAX_PARTS = 1024;

    /** Most rule sets of a dump. */
    public static final int MAX_RULE_SETS = 64;

    /** {@link RuleSet#NAME} in words. */
    public static final String NAME_EXPECTED = "1 to 64 of a-z, 0-9 and -, with or without @version";

    /** More partitions than any topic has, for who does not know how many there are. */
    public static final int ANY_PARTITIONS = 1 << 20;

    private static final int MAX_RANGES = 1 << 20;
    private static final int MAX_CALLS = 256;
    private static final int MAX_MESSAGE = 400;
    private static final long MAX_END_PFN = 1L << 37;
    private static final int MAX_NOTES = 64 << 20;
    private static final Pattern DUMP_ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private DumpCheck() {}

    /** Whether a text can be the id of a dump or of a replay. */
    public static boolean isDumpId(String text) {
        return DUMP_ID.matcher(text).matches();
    }

    /**
     * Checks a record.
     *
     * @param key key of the record, which has to be the dump's id
     * @param partitions partitions of the topics that stripes travel on, or {@link #ANY_PARTITIONS}
     * @throws MalformedRecordException in one line, when a value is out of its range
     */
    public static void check(Dump dump, String key, int partitions) throws MalformedRecordException {
        Manifest manifest = dump.getManifest();
        String id = manifest.getDumpId();
        expect(isDumpId(id), "dump id", id, "a UUID");
        expect(key.equals(id), "key", key, "the dump id " + id);
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
        checkStripes(dump.getStripes(), end, partitions);
        checkParts(dump.getStripes(), manifest.getParts());
        checkEarly(dump, partitions);
        int ruleSets = manifest.getRuleSets().size();
        expect(ruleSets <= MAX_RULE_SETS, "number of rule sets", ruleSets, "at most " + MAX_RULE_SETS);
        for (String name : manifest.getRuleSets()) {
            expect(RuleSet.NAME.matcher(name).matches(), "rule set", name, NAME_EXPECTED);
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

    private static void checkStripes(List<StripeState> stripes, long end, int partitions)
            throws MalformedRecordException {
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
            checkOffsets(name + "metadata", stripe.getMetadataOffset(), stripe.getMetadataEnd());
            checkSent(name, stripe, partitions);
            last = behind;
        }
    }

    /** Each part has a stripe at least, and none comes again once the next one began. */
    private static void checkParts(List<StripeState> stripes, int parts) throws MalformedRecordException {
        int most = Math.min(MAX_PARTS, stripes.size());
        expect(parts >= 1 && parts <= most, "number of parts", parts, "1 to " + most);
        int last = 0;
        for (StripeState stripe : stripes) {
            int part = stripe.getPart();
            boolean next = part == last || (part == last + 1 && stripe.getStripe() > 0);
            expect(next, "stripe " + stripe.getStripe() + ": part", part, last + " or the one behind it");
            last = part;
        }
        expect(last == parts - 1, "part of the last stripe", last, "" + (parts - 1));
    }

    private static void checkSent(String name, StripeState stripe, int partitions) throws MalformedRecordException {
        int partition = stripe.getPartition();
        expect(partition >= 0 && partition < partitions, name + "partition", partition, "0 to " + (partitions - 1));
        checkOffsets(name + "data", stripe.getDataOffset(), stripe.getDataEnd());
        expect(stripe.getPages() >= 0, name + "pages", stripe.getPages(), "0 or more");
        expect(stripe.getPageBytes() >= 0, name + "pageBytes", stripe.getPageBytes(), "0 or more");
    }

    /** Every part has early pages or none has, and their page frames are those of its stripes. */
    private static void checkEarly(Dump dump, int partitions) throws MalformedRecordException {
        List<StripeState> all = dump.getEarly();
        int parts = dump.getManifest().getParts();
        expect(all.isEmpty() || all.size() == parts, "number of early pages", all.size(), "0 or one for each part");
        List<StripeState> stripes = dump.getStripes();
        int at = 0;
        for (int part = 0; part < all.size(); part++) {
            StripeState early = all.get(part);
            String name = "early pages of part " + part + ": ";
            int expected = Keys.earlyStripe(part);
            expect(early.getStripe() == expected, name + "number", early.getStripe(), "" + expected);
            expect(early.getPart() == part, name + "part", early.getPart(), "" + part);
            long first = stripes.get(at).getFirstPfn();
            while (at + 1 < stripes.size() && stripes.get(at + 1).getPart() == part) {
                at++;
            }
            long end = stripes.get(at++).getEndPfn();
            expect(early.getFirstPfn() == first, name + "firstPfn", early.getFirstPfn(), "" + first);
            expect(early.getEndPfn() == end, name + "endPfn", early.getEndPfn(), "" + end);
            expect(early.getMetadataOffset() == -1, name + "metadataOffset", early.getMetadataOffset(), "-1");
            expect(early.getMetadataEnd() == -1, name + "metadataEnd", early.getMetadataEnd(), "-1");
            checkSent(name, early, partitions);
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
                    "dump record: " + field + " is " + line(String.valueOf(value)) + ", expected " + line(expected));
        }
    }

    /** A text from a topic as one line of bounded length. */
    private static String line(String text) {
        String cut = text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE - 1) + "…";
        return cut.replaceAll("[\\p{Cntrl}\\x{2028}\\x{2029}]", " ");
    }
}
