// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeState;

/**
 * A dump's record whose values were all checked against their ranges, so that what reads it needs no checks of its own.
 * Never changes.
 */
final class DumpPlan {
    /** Most stripes of a dump. */
    static final int MAX_STRIPES = 65_536;

    /** Most runs of page frames with memory. */
    static final int MAX_RANGES = 1 << 20;

    /** Most rule sets of a dump. */
    static final int MAX_RULE_SETS = 64;

    private static final long MAX_END_PFN = 1L << 37;
    private static final int MAX_NOTES = 64 << 20;

    /** What ids of dumps and replays look like. */
    static final Pattern DUMP_ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** {@link RuleSet#NAME} in words. */
    static final String NAME_EXPECTED = "1 to 64 of a-z, 0-9 and -, with or without @version";

    private final Dump dump;

    private DumpPlan(Dump dump) {
        this.dump = dump;
    }

    /**
     * Checks a record.
     *
     * @param key key of the record, which has to be the dump's id
     * @param partitions partitions of page-data and verdicts
     * @throws MalformedRecordException when a value is out of its range
     */
    static DumpPlan of(Dump dump, String key, int partitions) throws MalformedRecordException {
        Manifest manifest = dump.getManifest();
        expect(DUMP_ID.matcher(manifest.getDumpId()).matches(), "dump id", manifest.getDumpId(), "a UUID");
        expect(key.equals(manifest.getDumpId()), "key", key, "the dump id " + manifest.getDumpId());
        int shift = manifest.getPageShift();
        expect(shift >= 12 && shift <= 16, "pageShift", shift, "12 to 16");
        long end = manifest.getEndPfn();
        expect(end > 0 && end <= MAX_END_PFN, "endPfn", end, "1 to 2^37");
        expect(manifest.getOpenedAt() >= 0, "openedAt", manifest.getOpenedAt(), "0 or more");
        expect(manifest.getCpus() >= 1 && manifest.getCpus() <= 1 << 20, "cpus", manifest.getCpus(), "1 to 2^20");
        int notes = manifest.getNotes().remaining() + manifest.getVmcoreinfo().remaining();
        expect(notes <= MAX_NOTES, "bytes of notes", notes, "at most " + MAX_NOTES);
        checkPresent(manifest.getPresent(), end);
        checkStripes(dump.getStripes(), end, partitions);
        int ruleSets = manifest.getRuleSets().size();
        expect(ruleSets <= MAX_RULE_SETS, "number of rule sets", ruleSets, "at most " + MAX_RULE_SETS);
        ruleSetNames(manifest.getRuleSets());
        return new DumpPlan(dump);
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
            int partition = stripe.getPartition();
            expect(partition >= 0 && partition < partitions, name + "partition", partition, "0 to " + (partitions - 1));
            expect(stripe.getDataOffset() >= -1, name + "dataOffset", stripe.getDataOffset(), "-1 or more");
            expect(stripe.getDataEnd() >= -1, name + "dataEnd", stripe.getDataEnd(), "-1 or more");
            last = behind;
        }
    }

    private static void expect(boolean holds, String field, Object value, String expected)
            throws MalformedRecordException {
        if (!holds) {
            throw new MalformedRecordException(
                    Problems.line("dump record: " + field + " is " + value + ", expected " + expected));
        }
    }

    /** Rule sets by the names that verdicts carry, each once: {@code 31} is {@code level-31}. */
    private static List<String> ruleSetNames(List<String> asked) throws MalformedRecordException {
        Set<String> names = new LinkedHashSet<>();
        for (String name : asked) {
            expect(RuleSet.NAME.matcher(name).matches(), "rule set", name, NAME_EXPECTED);
            names.add(carried(name));
        }
        return new ArrayList<>(names);
    }

    /** The name that verdicts of a rule set carry. */
    static String carried(String name) {
        return BuiltInRuleSets.named(name).map(RuleSet::name).orElse(name);
    }

    /** Rule sets to make files for, each once, the primary one first: those the dump asks for, else {@code defaults}. */
    List<String> ruleSets(List<String> defaults) {
        List<String> asked = dump.getManifest().getRuleSets();
        try {
            return ruleSetNames(asked.isEmpty() ? defaults : asked);
        } catch (MalformedRecordException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    String dumpId() {
        return dump.getManifest().getDumpId();
    }

    Manifest manifest() {
        return dump.getManifest();
    }

    int pageSize() {
        return 1 << dump.getManifest().getPageShift();
    }

    long endPfn() {
        return dump.getManifest().getEndPfn();
    }

    DumpState state() {
        return dump.getState();
    }

    /** Whether the producer says that nothing more will come. */
    boolean ended() {
        return state() == DumpState.CAPTURED || state() == DumpState.FAILED;
    }

    /** Why the capture failed. */
    String failure() {
        return dump.getFailure();
    }

    int stripes() {
        return dump.getStripes().size();
    }

    /** State of a stripe, by its number. */
    StripeState stripe(int number) {
        return dump.getStripes().get(number);
    }

    /** Heap that the two bitmaps of an assembly take, and what it needs to know unused vmemmap, in bytes. */
    long bitmapBytes() {
        return (endPfn() + 7) / 8 * 2 + VmemmapPages.heapBytes(endPfn());
    }

    /** Whether another record of the dump differs only in how far the capture is. */
    boolean sameLayout(DumpPlan other) {
        if (stripes() != other.stripes() || !manifest().equals(other.manifest())) {
            return false;
        }
        for (int i = 0; i < stripes(); i++) {
            StripeState mine = stripe(i);
            StripeState its = other.stripe(i);
            if (mine.getFirstPfn() != its.getFirstPfn()
                    || mine.getEndPfn() != its.getEndPfn()
                    || mine.getPartition() != its.getPartition()) {
                return false;
            }
        }
        return true;
    }
}
