// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.PfnRun;

/**
 * A dump's record whose values were all checked against their ranges, so that what reads it needs no checks of its own.
 * Never changes.
 */
final class DumpPlan {
    /** Offset of a record that lies nowhere. */
    static final long UNPLACED = -1;

    private final Dump dump;
    private final String key;
    private final long offset;
    private final DumpPart part;

    private DumpPlan(Dump dump, String key, long offset) {
        this.dump = dump;
        this.key = key;
        this.offset = offset;
        part = part(Keys.partOfDump(key));
    }

    /**
     * Checks a record.
     *
     * @param key key of the record, which has to be the dump's id, or that of the copy for one of its parts
     * @param partitions partitions of page-data and verdicts
     * @throws MalformedRecordException when a value is out of its range
     */
    static DumpPlan of(Dump dump, String key, int partitions) throws MalformedRecordException {
        return of(dump, key, partitions, UNPLACED);
    }

    /**
     * Checks a record that was read.
     *
     * @param offset its offset on topic dumps
     * @throws MalformedRecordException when a value is out of its range
     */
    static DumpPlan of(Dump dump, String key, int partitions, long offset) throws MalformedRecordException {
        DumpCheck.check(dump, Keys.dumpOf(key), partitions);
        int part = Keys.partOfDump(key);
        int parts = dump.getManifest().getParts();
        if (part < 0 || part >= parts) {
            throw new MalformedRecordException(Problems.line("dump record: key is " + key + ", expected the dump id"
                    + (parts == 1 ? "" : ", or " + Keys.PART + " and 1 to " + (parts - 1) + " behind it")));
        }
        return new DumpPlan(dump, key, offset);
    }

    private DumpPart part(int number) {
        int first = 0;
        while (stripe(first).getPart() < number) {
            first++;
        }
        int end = first;
        while (end < stripes() && stripe(end).getPart() == number) {
            end++;
        }
        long from = first == 0 ? 0 : stripe(first).getFirstPfn();
        long to = end == stripes() ? endPfn() : stripe(end).getFirstPfn();
        return new DumpPart(number, dump.getManifest().getParts(), first, end, new PfnRun(from, to));
    }

    /** Rule sets by the names that verdicts carry, each once: {@code 31} is {@code level-31}. */
    private static List<String> ruleSetNames(List<String> asked) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : asked) {
            if (!RuleSet.NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        Problems.line("rule set " + name + ", expected " + DumpCheck.NAME_EXPECTED));
            }
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
        return ruleSetNames(asked.isEmpty() ? defaults : asked);
    }

    String dumpId() {
        return dump.getManifest().getDumpId();
    }

    /** Key of the record. */
    String key() {
        return key;
    }

    /** Offset of the record on topic dumps, {@link #UNPLACED} where it was not read there. */
    long offset() {
        return offset;
    }

    /** The part that the record is for; all of the dump where it has one part. */
    DumpPart part() {
        return part;
    }

    /** All of the dump, however many parts it has. */
    DumpPart whole() {
        return new DumpPart(0, 1, 0, stripes(), new PfnRun(0, endPfn()));
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

    /** Early pages of a part; empty where none are sent early. */
    Optional<StripeState> early(int number) {
        return dump.getEarly().isEmpty()
                ? Optional.empty()
                : Optional.of(dump.getEarly().get(number));
    }

    /**
     * Whether what is made of the dump can go on after an older record: the layout is the same, and no stripe was sent anew
     * to another place, as a capture does that goes on when the retention of page-data has passed.
     */
    boolean continues(DumpPlan older) {
        return sameLayout(older)
                && staysWhereItWas(dump.getStripes(), older.dump.getStripes())
                && staysWhereItWas(dump.getEarly(), older.dump.getEarly());
    }

    private static boolean staysWhereItWas(List<StripeState> now, List<StripeState> then) {
        for (int i = 0; i < now.size(); i++) {
            long offset = then.get(i).getDataOffset();
            if (offset >= 0 && offset != now.get(i).getDataOffset()) {
                return false;
            }
        }
        return true;
    }

    /** Whether another record of the dump differs only in how far the capture is. */
    boolean sameLayout(DumpPlan other) {
        return manifest().equals(other.manifest())
                && sameLayout(dump.getStripes(), other.dump.getStripes())
                && sameLayout(dump.getEarly(), other.dump.getEarly());
    }

    private static boolean sameLayout(List<StripeState> some, List<StripeState> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            StripeState mine = some.get(i);
            StripeState its = others.get(i);
            if (mine.getFirstPfn() != its.getFirstPfn()
                    || mine.getEndPfn() != its.getEndPfn()
                    || mine.getPartition() != its.getPartition()
                    || mine.getPart() != its.getPart()) {
                return false;
            }
        }
        return true;
    }
}
