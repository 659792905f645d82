// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.VerdictPlace;

/** A replay of a sample dump: what the replay worker of a processor leaves on verdicts and replays. */
final class SampleReplay {
    private static final String VERDICTS = SampleDump.TOPICS.verdicts();
    private static final String REPLAYS = SampleDump.TOPICS.replays();

    final SampleDump dump;
    final ReplayOutcome outcome;

    /**
     * An outcome without a place yet.
     *
     * @param number tells replays apart
     * @param decidedAt milliseconds since 1970-01-01 UTC
     */
    SampleReplay(SampleDump dump, String ruleSet, int number, long decidedAt) {
        this.dump = dump;
        outcome = new ReplayOutcome(
                id(number),
                dump.dumpId,
                ruleSet,
                false,
                1_000L,
                decidedAt,
                "",
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }

    static String id(int number) {
        return new UUID(0x0190_0000_0001_7000L, 0x8000_0000_0000_0000L + number).toString();
    }

    /** Writes the verdict on a stripe. */
    SampleReplay verdict(int stripe) {
        int partition = dump.stripes[stripe].getPartition();
        long first = dump.cluster.end(VERDICTS, partition);
        dump.verdict(stripe, outcome.getRuleSet());
        return place(stripe, partition, first, dump.cluster.end(VERDICTS, partition) - 1);
    }

    SampleReplay verdicts() {
        return verdict(0).verdict(1).verdict(2);
    }

    SampleReplay place(int stripe, int partition, long first, long last) {
        List<VerdictPlace> places = new ArrayList<>(outcome.getVerdicts());
        places.add(new VerdictPlace(stripe, partition, first, last));
        outcome.setVerdicts(places);
        return this;
    }

    /** Says so on topic replays. */
    SampleReplay send() {
        dump.cluster.append(REPLAYS, 0, Keys.replay(dump.dumpId), dump.dumpId, outcome);
        return this;
    }

    ReplayPlan plan() {
        try {
            return ReplayPlan.of(outcome, dump.dumpId, 2);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }
}
