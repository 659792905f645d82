// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

/**
 * Names of the topics.
 *
 * @param prefix what all names begin with, {@value #DEFAULT_PREFIX} unless configured
 */
public record Topics(String prefix) {
    /** Prefix when nothing else is configured. */
    public static final String DEFAULT_PREFIX = "vmcore.";

    /** The life of each dump: {@code Dump} and {@code KernelLogRecord}. */
    public String dumps() {
        return prefix + "dumps";
    }

    /** What every page is: {@code StripeOpened}, {@code ChunkMetadata}, {@code StripeClosed}. */
    public String pageMetadata() {
        return prefix + "page-metadata";
    }

    /** Page contents: {@code PageBatch}, {@code StripeEnd}. */
    public String pageData() {
        return prefix + "page-data";
    }

    /** What leaves the dump: {@code ChunkVerdict}, {@code StripeVerdict}. */
    public String verdicts() {
        return prefix + "verdicts";
    }

    /** Totals: {@code ExclusionStats}. */
    public String exclusionStats() {
        return prefix + "exclusion-stats";
    }

    /** Files made: {@code DumpFile}. */
    public String dumpFiles() {
        return prefix + "dump-files";
    }

    /** Rule sets as they were published: {@code PublishedRuleSet}. */
    public String ruleSets() {
        return prefix + "rule-sets";
    }

    /** Wishes to decide dumps once more, and what became of them: {@code ReplayRequest}, {@code ReplayOutcome}. */
    public String replays() {
        return prefix + "replays";
    }

    /** What may mean a broken filter: {@code Alarm}. */
    public String alarms() {
        return prefix + "alarms";
    }

    /** Captures that ask whether they may send, and what the gate says: {@code AdmissionRequest}, {@code Admission}. */
    public String admissions() {
        return prefix + "admissions";
    }

    /** Consumer group of the gates: while it has a member, captures ask before they send page contents. */
    public String gateGroup() {
        return prefix + "gate";
    }

    /** What could not be processed, as received, with the reason in headers. */
    public String deadLetters() {
        return prefix + "dead-letters";
    }
}
