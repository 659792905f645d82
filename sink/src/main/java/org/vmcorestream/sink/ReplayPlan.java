// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.VerdictPlace;

/**
 * The outcome of a replay that wants a file, its values checked against their ranges. Never changes.
 *
 * @param replayId which replay, a UUID
 * @param dumpId the dump
 * @param ruleSet rule set of the verdicts, by the name they carry
 * @param decidedAt when they were written, milliseconds since 1970-01-01 UTC
 * @param places where they lie, one place a stripe, 1 to {@value DumpCheck#MAX_STRIPES}
 */
record ReplayPlan(String replayId, String dumpId, String ruleSet, long decidedAt, List<Place> places) {
    private static final int MAX_COUNTS = 256;

    /**
     * Where the verdict on one stripe lies in topic verdicts. Records of others can lie between.
     *
     * @param firstOffset offset of the first record
     * @param lastOffset offset of the last one, the StripeVerdict
     */
    record Place(int stripe, int partition, long firstOffset, long lastOffset) {}

    /** Whether an outcome asks for a file at all: it has verdicts, and more than those were asked for. */
    static boolean wantsFile(ReplayOutcome outcome) {
        return !outcome.getVerdictsOnly() && outcome.getProblem().isEmpty();
    }

    /**
     * Checks a record that wants a file.
     *
     * @param key key of the record, which has to be the dump's id
     * @param partitions partitions of verdicts
     * @throws MalformedRecordException when a value is out of its range
     */
    static ReplayPlan of(ReplayOutcome outcome, String key, int partitions) throws MalformedRecordException {
        String dumpId = outcome.getDumpId();
        expect(DumpCheck.isDumpId(dumpId), "dump id", dumpId, "a UUID");
        expect(key.equals(dumpId), "key", key, "the dump id " + dumpId);
        String replayId = outcome.getReplayId();
        expect(DumpCheck.isDumpId(replayId), "replay id", replayId, "a UUID");
        String ruleSet = outcome.getRuleSet();
        expect(RuleSet.NAME.matcher(ruleSet).matches(), "rule set", ruleSet, DumpCheck.NAME_EXPECTED);
        expect(outcome.getRequestedAt() >= 0, "requestedAt", outcome.getRequestedAt(), "0 or more");
        expect(outcome.getDecidedAt() >= 0, "decidedAt", outcome.getDecidedAt(), "0 or more");
        checkCounts("counts", outcome.getCounts());
        checkCounts("notCaptured", outcome.getNotCaptured());
        return new ReplayPlan(
                replayId,
                dumpId,
                DumpPlan.carried(ruleSet),
                outcome.getDecidedAt(),
                places(outcome.getVerdicts(), partitions));
    }

    private static List<Place> places(List<VerdictPlace> verdicts, int partitions) throws MalformedRecordException {
        int count = verdicts.size();
        expect(
                count >= 1 && count <= DumpCheck.MAX_STRIPES,
                "number of places",
                count,
                "1 to " + DumpCheck.MAX_STRIPES);
        BitSet stripes = new BitSet();
        List<Place> places = new ArrayList<>(count);
        for (VerdictPlace place : verdicts) {
            int stripe = place.getStripe();
            expect(
                    stripe >= 0 && stripe < DumpCheck.MAX_STRIPES && !stripes.get(stripe),
                    "stripe of a place",
                    stripe,
                    "each of 0 to " + (DumpCheck.MAX_STRIPES - 1) + " once");
            stripes.set(stripe);
            String name = "stripe " + stripe + ": ";
            int partition = place.getPartition();
            expect(partition >= 0 && partition < partitions, name + "partition", partition, "0 to " + (partitions - 1));
            long first = place.getFirstOffset();
            expect(first >= 0, name + "firstOffset", first, "0 or more");
            long last = place.getLastOffset();
            expect(last >= first && last < Long.MAX_VALUE, name + "lastOffset", last, first + " or more");
            places.add(new Place(stripe, partition, first, last));
        }
        return List.copyOf(places);
    }

    private static void checkCounts(String field, List<ReasonCount> counts) throws MalformedRecordException {
        expect(counts.size() <= MAX_COUNTS, "number of " + field, counts.size(), "at most " + MAX_COUNTS);
        for (ReasonCount count : counts) {
            expect(count.getPages() >= 0, field + " of " + count.getReason(), count.getPages(), "0 or more");
        }
    }

    /**
     * Checks what only the dump's record can tell.
     *
     * @throws MalformedRecordException when a place is one of a stripe that the dump does not have
     */
    void checkAgainst(DumpPlan plan) throws MalformedRecordException {
        for (Place place : places) {
            expect(
                    place.stripe() < plan.stripes(),
                    "stripe of a place",
                    place.stripe(),
                    "0 to " + (plan.stripes() - 1));
        }
    }

    private static void expect(boolean holds, String field, Object value, String expected)
            throws MalformedRecordException {
        if (!holds) {
            throw new MalformedRecordException(
                    Problems.line("replay outcome: " + field + " is " + value + ", expected " + expected));
        }
    }
}
