// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;

class WhatIfTest {
    private final StoredFleet fleet = new StoredFleet();
    private final List<WhatIfRow> rows = new ArrayList<>();

    private WhatIf whatIf(RuleSet other, RuleSet base) {
        return new WhatIf(fleet.decider(), fleet::named, other, Optional.ofNullable(base), rows::add);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldCountAsOneWhoLooksAtEveryPage(long seed) {
        Random random = new Random(seed);
        List<RuleSet> ruleSets = RandomMemory.ruleSets(random);
        RuleSet base = ruleSets.get(random.nextInt(ruleSets.size()));
        RuleSet other = ruleSets.get(random.nextInt(ruleSets.size()));
        RandomMemory memory = StoredFleet.memory(random);
        fleet.send(StoredFleet.memory(random), List.of());
        StoredDump dump = fleet.send(memory, List.of());
        fleet.send(StoredFleet.memory(random), List.of());

        try (WhatIf whatIf = whatIf(other, base)) {
            whatIf.add(dump);
            assertThat(whatIf.finish().decided()).isEqualTo(1);
        }

        WhatIfRow row = rows.get(0);
        String what = "seed " + seed + ", " + other.name() + " against " + base.name() + ": " + row.problem();
        assertThat(row.decided()).as(what).isTrue();
        PagewiseVerdict ofBase = new PagewiseVerdict(memory, base);
        PagewiseVerdict ofOther = new PagewiseVerdict(memory, other);
        PagewiseVerdict captured = new PagewiseVerdict(memory, BuiltInRuleSets.capture());
        assertThat(row.base().pages().asMap()).as(what).isEqualTo(withVmemmap(ofBase));
        assertThat(row.other().pages().asMap()).as(what).isEqualTo(withVmemmap(ofOther));
        Map<String, Long> lost = count(ofOther, pfn -> ofBase.keeps(pfn) && ofOther.excludes(pfn));
        add(lost, "vmemmap", difference(ofOther, ofBase));
        assertThat(row.other().newlyLost().asMap()).as(what).isEqualTo(lost);
        Map<String, Long> kept = count(ofBase, pfn -> ofOther.keeps(pfn) && ofBase.excludes(pfn));
        add(kept, "vmemmap", difference(ofBase, ofOther));
        assertThat(row.other().newlyKept().asMap()).as(what).isEqualTo(kept);
        assertThat(row.other().notCaptured().asMap())
                .as(what)
                .isEqualTo(count(captured, pfn -> ofOther.keeps(pfn) && captured.excludes(pfn)));
        assertThat(row.other().expired()).isZero();
        assertThat(row.other().kept() + row.other().excluded())
                .as(what)
                .isEqualTo(count(ofOther, pfn -> ofOther.keeps(pfn) || ofOther.excludes(pfn)).values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    private static long difference(PagewiseVerdict these, PagewiseVerdict those) {
        BitSet only = (BitSet) these.vmemmap.clone();
        only.andNot(those.vmemmap);
        return only.cardinality();
    }

    private static Map<String, Long> withVmemmap(PagewiseVerdict verdict) {
        Map<String, Long> counts = count(verdict, pfn -> verdict.reasons[pfn] != PagewiseVerdict.NEVER_SEEN);
        add(counts, "kept", -verdict.vmemmap.cardinality());
        add(counts, "vmemmap", verdict.vmemmap.cardinality());
        return counts;
    }

    private static void add(Map<String, Long> counts, String reason, long pages) {
        if (pages != 0) {
            counts.merge(reason, pages, Long::sum);
        }
    }

    private static Map<String, Long> count(PagewiseVerdict verdict, IntPredicate which) {
        Map<String, Long> counts = new HashMap<>();
        for (int pfn = 0; pfn < verdict.reasons.length; pfn++) {
            if (which.test(pfn)) {
                counts.merge(verdict.reason(pfn), 1L, Long::sum);
            }
        }
        return counts;
    }

    @Test
    void shouldHoldEachDumpAgainstTheRuleSetInForceForIt() {
        Random random = new Random(5);
        RuleSet mine = BuiltInRuleSets.level(1).named("mine@3");
        fleet.published.add(mine);
        StoredDump usual = fleet.send(StoredFleet.memory(random), List.of());
        StoredDump own = fleet.send(StoredFleet.memory(random), List.of("mine@3", "level-31"));
        StoredDump number = fleet.send(StoredFleet.memory(random), List.of("8"));

        WhatIfTotals totals;
        try (WhatIf whatIf = whatIf(BuiltInRuleSets.level(17), null)) {
            List.of(usual, own, number).forEach(whatIf::add);
            totals = whatIf.finish();
        }

        assertThat(rows).extracting(row -> row.dump().id()).containsExactly(usual.id(), own.id(), number.id());
        assertThat(rows).extracting(row -> row.base().ruleSet()).containsExactly("level-31", "mine@3", "level-8");
        assertThat(rows).extracting(row -> row.other().ruleSet()).containsOnly("level-17");
        assertThat(totals.decided()).isEqualTo(3);
        assertThat(totals.pages().other().total())
                .isEqualTo(rows.stream()
                        .mapToLong(row -> row.other().pages().total())
                        .sum());
        assertThat(totals.pages().newlyLost().of("free"))
                .as("level 17 drops free pages, levels 1 and 8 keep them")
                .isPositive()
                .isEqualTo(rows.stream()
                        .mapToLong(row -> row.other().newlyLost().of("free"))
                        .sum());
        assertThat(totals.bytes().other().of("kept"))
                .isEqualTo(totals.pages().other().of("kept") << 12);
        assertThat(totals.bytes().base().total())
                .isEqualTo(totals.pages().base().total() << 12);
    }

    @Test
    void shouldSayWhyADumpCannotBeDecided() {
        Random random = new Random(6);
        StoredDump expired = fleet.send(new RandomMemory(random, 1, 8, 400), List.of());
        fleet.cluster.expire(SampleDumps.METADATA, expired.stripe(0).getPartition(), 1);
        StoredDump unknown = fleet.send(StoredFleet.memory(random), List.of("gone@2"));
        StoredDump odd = fleet.send(StoredFleet.memory(random), List.of());
        odd.dump().getManifest().setCaptureRuleSet("No\nName");
        StoredDump unsent = fleet.send(StoredFleet.memory(random), List.of());
        unsent.stripe(unsent.stripes() - 1).setMetadataEnd(-1L);
        StoredDump good = fleet.send(StoredFleet.memory(random), List.of());

        WhatIfTotals totals;
        try (WhatIf whatIf = whatIf(BuiltInRuleSets.level(17), null)) {
            List.of(expired, unknown, odd, unsent, good).forEach(whatIf::add);
            totals = whatIf.finish();
        }

        assertThat(rows)
                .extracting(WhatIfRow::problem)
                .satisfiesExactly(
                        problem -> assertThat(problem).contains("it expired: the first offset there is 1"),
                        problem -> assertThat(problem)
                                .isEqualTo("rule set in force gone@2 is not known, "
                                        + "expected a built-in or a published rule set"),
                        problem -> assertThat(problem).startsWith("capture rule set No Name is not known"),
                        problem -> assertThat(problem).contains("was never sent whole"),
                        problem -> assertThat(problem).isEmpty());
        assertThat(totals.decided()).isEqualTo(1);
        assertThat(totals.undecided()).isEqualTo(4);
        assertThat(totals.pages().other()).isEqualTo(rows.get(4).other().pages());
    }

    @Test
    void shouldRefuseAStripeThatDoesNotHoldWhatItsEndSays() {
        Random random = new Random(7);
        RandomMemory memory = new RandomMemory(random, 1, 8, 400);
        StoredDump dump = fleet.send(memory, List.of());
        fleet.cluster.compact(
                SampleDumps.METADATA,
                dump.stripe(0).getPartition(),
                dump.stripe(0).getMetadataOffset() + 1);

        try (WhatIf whatIf = whatIf(BuiltInRuleSets.level(17), null)) {
            whatIf.add(dump);
            whatIf.finish();
        }

        int chunks = memory.stripes.get(0).size();
        assertThat(rows.get(0).problem())
                .isEqualTo("stripe 0 of dump " + dump.id() + " ends with " + chunks + " chunks and holds "
                        + (chunks - 1) + ", expected " + chunks + " of both");
    }

    @Test
    void shouldReadEachPartitionForward() {
        Random random = new Random(8);
        List<StoredDump> dumps = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            dumps.add(fleet.send(new RandomMemory(random, 2, 8, 5_000), List.of()));
        }

        try (WhatIf whatIf = whatIf(BuiltInRuleSets.level(17), null)) {
            dumps.forEach(whatIf::add);
            assertThat(whatIf.finish().decided()).isEqualTo(20);
        }

        int records =
                fleet.cluster.records.values().stream().mapToInt(List::size).sum();
        assertThat(fleet.cluster.consumers.stream()
                        .mapToInt(consumer -> consumer.seeks)
                        .sum())
                .isEqualTo(StoredFleet.PARTITIONS);
        assertThat(fleet.cluster.consumers.stream()
                        .mapToInt(consumer -> consumer.given)
                        .sum())
                .as("each record fetched once")
                .isEqualTo(records);
    }

    @Test
    void shouldGiveUpWhenTheClusterDoesNotAnswer() {
        StoredDump dump = fleet.send(StoredFleet.memory(new Random(9)), List.of());
        fleet.cluster.silent = true;

        try (WhatIf whatIf = whatIf(BuiltInRuleSets.level(17), null)) {
            whatIf.add(dump);
            assertThatThrownBy(whatIf::finish)
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("gives no record");
        }
    }
}
