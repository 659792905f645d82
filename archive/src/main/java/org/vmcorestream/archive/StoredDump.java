// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.vmcorestream.rulebook.DumpDescription;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeState;

/**
 * A dump as topic dumps has it last.
 *
 * @param dump the record, checked
 * @param description what filters may ask of it
 */
public record StoredDump(Dump dump, DumpDescription description) {
    /** Longest text of a dump's facts that travels with its stripes. */
    private static final int MAX_FACT = 1024;

    /** A dump of a record that was checked. */
    static StoredDump of(Dump dump) {
        Manifest manifest = dump.getManifest();
        long pages = 0;
        for (PfnRange range : manifest.getPresent()) {
            pages += range.getEndPfn() - range.getFirstPfn();
        }
        DumpFacts facts = new DumpFacts(
                cut(manifest.getKernelRelease()),
                cut(manifest.getMachine()),
                cut(manifest.getTenant()),
                cut(manifest.getHost()),
                cut(manifest.getCrashReason()));
        return new StoredDump(
                dump,
                new DumpDescription(
                        manifest.getDumpId(),
                        dump.getState().name(),
                        facts,
                        cut(manifest.getNodename()),
                        cut(manifest.getSource()),
                        cut(manifest.getBuildId()),
                        Instant.ofEpochMilli(manifest.getOpenedAt()),
                        crashTime(manifest.getCrashTime()),
                        manifest.getCallTrace().stream().map(StoredDump::cut).toList(),
                        manifest.getCpus(),
                        pages << manifest.getPageShift(),
                        cut(manifest.getCaptureRuleSet()),
                        List.copyOf(manifest.getRuleSets())));
    }

    /** A time that a calendar can hold; the epoch where it is none. */
    private static Instant crashTime(long seconds) {
        return seconds > 0 && seconds <= Instant.MAX.getEpochSecond() ? Instant.ofEpochSecond(seconds) : Instant.EPOCH;
    }

    private static String cut(String text) {
        return text.length() > MAX_FACT ? text.substring(0, MAX_FACT) : text;
    }

    /** The dump id. */
    public String id() {
        return dump.getManifest().getDumpId();
    }

    /** Number of stripes, at least 1. */
    public int stripes() {
        return dump.getStripes().size();
    }

    /** Early pages of the part that a stripe belongs to; empty where none are sent early. */
    Optional<StripeState> earlyOf(int stripe) {
        List<StripeState> early = dump.getEarly();
        return early.isEmpty()
                ? Optional.empty()
                : Optional.of(early.get(stripe(stripe).getPart()));
    }

    /** State of a stripe, by its number. */
    public StripeState stripe(int number) {
        return dump.getStripes().get(number);
    }

    /** Whether its producer said that nothing more will come. */
    public boolean ended() {
        return ended(dump);
    }

    /** Whether a record is the last one of its dump. */
    static boolean ended(Dump dump) {
        return dump.getState() == DumpState.CAPTURED || dump.getState() == DumpState.FAILED;
    }

    /** log2 of the page size in bytes. */
    public int pageShift() {
        return dump.getManifest().getPageShift();
    }
}
