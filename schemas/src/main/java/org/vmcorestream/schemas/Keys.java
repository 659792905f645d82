// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;
import org.vmcorestream.schemas.records.AlarmKind;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ExclusionStats;

/** Record keys, all of them readable text, and the partition that a stripe travels on. */
public final class Keys {
    /** Comes before the number of a part. */
    public static final String PART = "/part-";

    /** Ends the key of an {@code AdmissionRequest}. */
    public static final String REQUEST = "/request";

    private Keys() {}

    /** Key of a {@code Dump}. */
    public static byte[] dump(String dumpId) {
        return bytes(dumpId);
    }

    /**
     * Key of the copy of a {@code Dump} that a part of it is made by.
     *
     * @param part 1 or more; part 0 has the dump's own record
     */
    public static byte[] dumpPart(String dumpId, int part) {
        return bytes(dumpId + PART + part);
    }

    /** Whether a key of topic dumps is that of a part's copy, which all but sinks pass over: it says nothing new. */
    public static boolean isDumpPart(String key) {
        return key.contains(PART);
    }

    /**
     * Number of the part that a record of topic dumps is for.
     *
     * @return 0 for the dump's own record, -1 for a key that {@link #dumpPart} does not make
     */
    public static int partOfDump(String key) {
        int at = key.indexOf(PART);
        if (at < 0) {
            return 0;
        }
        String number = key.substring(at + PART.length());
        return number.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(number) : -1;
    }

    /** Id of the dump that a record of topic dumps is of, be it the dump's own record or a part's copy. */
    public static String dumpOf(String key) {
        int at = key.indexOf(PART);
        return at < 0 ? key : key.substring(0, at);
    }

    /**
     * Partition of topic dumps that a part of a dump falls to: parts take the partitions behind that of the dump's own record
     * in turn, so that as many sinks as there are share them.
     */
    public static int partPartition(String dumpId, int part, int partitions) {
        return (int) (((long) Utils.toPositive(Utils.murmur2(dump(dumpId))) + part) % partitions);
    }

    /** Key of a {@code KernelLogRecord}. */
    public static byte[] kernelLog(String dumpId) {
        return bytes(dumpId + "/log");
    }

    /**
     * Number that the early pages of a part travel under, as if they were a stripe: below 0, and its own inverse.
     *
     * @param part part of the dump, from 0
     */
    public static int earlyStripe(int part) {
        return -1 - part;
    }

    /** Key of {@code PageBatch} and {@code StripeEnd}; stripe can be {@link #earlyStripe}. */
    public static byte[] stripe(String dumpId, int stripe) {
        return bytes(dumpId + "/" + stripe);
    }

    /** Key of {@code ChunkMetadata}. */
    public static byte[] chunk(String dumpId, int stripe, long chunk) {
        return bytes(dumpId + "/" + stripe + "/" + chunk);
    }

    /** Key of {@code StripeOpened}. */
    public static byte[] stripeOpened(String dumpId, int stripe) {
        return bytes(dumpId + "/" + stripe + "/opened");
    }

    /** Key of {@code StripeClosed}. */
    public static byte[] stripeClosed(String dumpId, int stripe) {
        return bytes(dumpId + "/" + stripe + "/closed");
    }

    /** Key of {@code ChunkVerdict}. */
    public static byte[] verdict(String dumpId, String ruleSet, int stripe, long chunk) {
        return bytes(dumpId + "/" + ruleSet + "/" + stripe + "/" + chunk);
    }

    /** Key of {@code StripeVerdict}. */
    public static byte[] stripeVerdict(String dumpId, String ruleSet, int stripe) {
        return bytes(dumpId + "/" + ruleSet + "/" + stripe + "/total");
    }

    /**
     * Key of {@code ExclusionStats}. A replay has a key of its own, so that compaction leaves the first statistics of a dump,
     * on which the history of its kernel rests.
     */
    public static byte[] exclusionStats(ExclusionStats stats) {
        String replay = stats.getReplayId().isEmpty() ? "" : "/replay";
        return bytes(stats.getDumpId() + "/" + stats.getRuleSet() + "/" + stats.getStripe() + replay);
    }

    /** Key of {@code DumpFile}. */
    public static byte[] dumpFile(String dumpId, String ruleSet) {
        return bytes(dumpId + "/" + ruleSet);
    }

    /** Key of a {@code DumpFile}, of whatever it says it holds. */
    public static byte[] dumpFile(DumpFile file) {
        return file.getParts() > 1
                ? dumpFilePart(file.getDumpId(), file.getRuleSet(), file.getPart())
                : dumpFile(file.getDumpId(), file.getRuleSet());
    }

    /** Key of the {@code DumpFile} of one part of several. */
    public static byte[] dumpFilePart(String dumpId, String ruleSet, int part) {
        return bytes(dumpId + "/" + ruleSet + PART + part);
    }

    /** Key of {@code PublishedRuleSet}. */
    public static byte[] ruleSet(String name, int version) {
        return bytes(name + "/" + version);
    }

    /** Key of {@code ReplayRequest} and {@code ReplayOutcome}. */
    public static byte[] replay(String dumpId) {
        return bytes(dumpId);
    }

    /** Key of {@code Admission}. */
    public static byte[] admission(String dumpId) {
        return bytes(dumpId);
    }

    /** Key of {@code AdmissionRequest}: not that of the answer, or compaction would drop what was asked for. */
    public static byte[] admissionRequest(String dumpId) {
        return bytes(dumpId + REQUEST);
    }

    /** Key of {@code Alarm}. */
    public static byte[] alarm(String dumpId, String ruleSet, AlarmKind kind, String reason) {
        return bytes(dumpId + "/" + ruleSet + "/" + kind + "/" + reason);
    }

    /**
     * Partition of page-metadata, page-data and verdicts that a stripe travels on: the same in all three, which have equally
     * many, so that its streams meet without a repartition.
     */
    public static int partition(String dumpId, int stripe, int partitions) {
        return Utils.toPositive(Utils.murmur2(stripe(dumpId, stripe))) % partitions;
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
