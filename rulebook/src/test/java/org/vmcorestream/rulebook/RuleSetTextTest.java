// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Condition;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.PfnRanges;
import org.vmcorestream.rules.Reach;
import org.vmcorestream.rules.Rule;
import org.vmcorestream.rules.RuleContext;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.rules.UndecidedException;

class RuleSetTextTest {
    private static final DumpFacts DUMP =
            new DumpFacts("6.14.7-1-amd64", "x86_64", "shop", "host-7", "Kernel panic - not syncing: sysrq");

    @Test
    void shouldReadEverythingThatARuleSetCanSay() throws RuleTextException {
        RuleSet ruleSet = RuleSetText.read("mine.yaml", """
                name: keep-postgres
                description: optional text
                counts-zero: true
                drops-unused-vmemmap: true
                supplies:
                  - number: PAGE_UNACCEPTED_MAPCOUNT_VALUE
                    value: 0xf7000000
                    when: dump.kernel_release.startsWith("6.14.")
                define:
                  slab: "exports.PAGE_SLAB_MAPCOUNT_VALUE ? page._mapcount == PAGE_SLAB_MAPCOUNT_VALUE : PG_slab"
                rules:
                  - keep: postgres
                    when: page.mapping == 1 && !slab
                    pfns: [4096, 8192-16383, 0x100000-0x1fffff]
                  - exclude: unaccepted
                    when: page._mapcount == PAGE_UNACCEPTED_MAPCOUNT_VALUE
                    reach: max-order-block
                """);
        assertThat(ruleSet.name()).isEqualTo("keep-postgres");
        assertThat(ruleSet.countsZero()).isTrue();
        assertThat(ruleSet.dropsUnusedVmemmap()).isTrue();
        assertThat(ruleSet.reasons()).containsExactly("kept", "hole", "no-data", "unaccepted", "vmemmap");
        Rule keep = ruleSet.rules().get(0);
        assertThat(keep.action()).isEqualTo(Rule.Action.KEEP);
        assertThat(keep.pfns().ranges())
                .containsExactly(
                        new PfnRanges.Range(4096, 4097),
                        new PfnRanges.Range(8192, 16384),
                        new PfnRanges.Range(0x100000, 0x200000));
        Rule unaccepted = ruleSet.rules().get(1);
        assertThat(unaccepted.reach()).isEqualTo(Reach.MAX_ORDER_BLOCK);
        Condition on614 = unaccepted.condition().bind(ruleSet.context(Kernels.OLD, DUMP));
        assertThat(on614.holds(0, 0xf7000000, 0)).isTrue();
        assertThat(on614.holds(0, -1, 0)).isFalse();
        Condition elsewhere = unaccepted.condition().bind(ruleSet.context(Kernels.OLD, DumpFacts.NONE));
        assertThat(elsewhere.holds(0, 0xf7000000, 0)).isFalse();
    }

    @Test
    void shouldSeeEveryFieldByItsKernelName() throws RuleTextException {
        int shape = Descriptor.TAIL | 3 << Descriptor.MAPPING_SHIFT | 9 << Descriptor.BUDDY_ORDER_SHIFT | 4;
        assertThat(holds("page.flags == 0x80000020", 0x80000020, 0, 0)).isTrue();
        assertThat(holds("page._mapcount == -5", 0, -5, 0)).isTrue();
        assertThat(holds("page.private == 9 && page.compound_order == 4 && page.mapping == 3", 0, 0, shape))
                .isTrue();
        assertThat(holds("page.tail && !page.hugetlb", 0, 0, shape)).isTrue();
        assertThat(holds("page.hugetlb", 0, 0, Descriptor.HUGETLB)).isTrue();
        assertThat(holds("PG_lru && PG_head && !PG_slab", 1 << 5 | 1 << 6, 0, 0))
                .isTrue();
        assertThat(holds("exports.PG_slab || !exports.PG_lru", -1, 0, 0)).isFalse();
        assertThat(holds("MAX_PAGE_ORDER == 10 && PAGE_SIZE == 4096", 0, 0, 0)).isTrue();
        assertThat(holds("math.bitAnd(page.flags, 0x30) == 0x10", 0x50, 0, 0)).isTrue();
        assertThat(holds("dump.tenant == 'shop' && dump.host == 'host-7' && dump.machine == 'x86_64'", 0, 0, 0))
                .isTrue();
        assertThat(holds("dump.crash_reason.contains('sysrq') && dump.kernel_series == '6.14'", 0, 0, 0))
                .isTrue();
        assertThat(holds("kernel_at_least('6.14.7') && !kernel_at_least('6.14.8')", 0, 0, 0))
                .isTrue();
    }

    @Test
    void shouldLeaveAPageWithoutAnswerUndecided() {
        assertThatThrownBy(() -> holds("1 / page.private == 1", 0, 0, 0)).isInstanceOf(UndecidedException.class);
        assertThatThrownBy(() -> holds("page.flags * 9223372036854775807 > 0", 7, 0, 0))
                .isInstanceOf(UndecidedException.class);
        assertThatThrownBy(() -> holds("kernel_at_least('6.1') && page.tail", 0, 0, Descriptor.TAIL, DumpFacts.NONE))
                .isInstanceOf(UndecidedException.class);
    }

    @Test
    void shouldAbsorbErrorsWhereTheOtherSideDecides() throws RuleTextException {
        assertThat(holds("1 / page.private == 1 && page.tail", 0, 0, 0)).isFalse();
        assertThat(holds("1 / page.private == 1 || !page.tail", 0, 0, 0)).isTrue();
        assertThat(holds("kernel_at_least('6.1') && page.tail", 0, 0, 0, DumpFacts.NONE))
                .isFalse();
    }

    @Test
    void shouldReadTheExampleOfTheReference() throws Exception {
        Path reference = Path.of(System.getProperty("basedir", ".")).resolve("../docs/rule-sets.md");
        String text = Files.readString(reference);
        int start = text.indexOf("```yaml\n") + "```yaml\n".length();
        RuleSet ruleSet = RuleSetText.read("docs", text.substring(start, text.indexOf("```", start)));
        assertThat(ruleSet.name()).isEqualTo("keep-postgres");
        assertThat(ruleSet.rules()).extracting(Rule::reason).contains("tail", "postgres", "user");
    }

    @Test
    void shouldAskEachDumpForItself() throws RuleTextException {
        RuleSet ruleSet = RuleSetText.read(
                "test",
                "name: test\ndefine: {mine: \"dump.tenant == 'b'\"}\nrules:\n- {keep: it, when: mine && page.tail}\n");
        Condition.OfDump condition = ruleSet.rules().get(0).condition();
        for (int i = 0; i < 20; i++) {
            String tenant = String.valueOf((char) ('a' + i % 7));
            Condition bound = condition.bind(ruleSet.context(
                    Kernels.ALL.get(i % Kernels.ALL.size()), new DumpFacts("6.1", "x86_64", tenant, "", "")));
            assertThat(bound.holds(0, 0, Descriptor.TAIL)).as(tenant).isEqualTo(tenant.equals("b"));
            assertThat(bound.holds(0, 0, 0)).isFalse();
        }
    }

    @Test
    void shouldServeSeveralThreadsAtOnce() throws Exception {
        RuleSet ruleSet = RuleSetText.read(
                "test",
                "name: test\ndefine:\n  order: page.private + 1\n  text: string(order)\nrules:\n"
                        + "- {keep: it, when: \"text.endsWith('3') && order > 2\"}\n");
        Condition.OfDump condition = ruleSet.rules().get(0).condition();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> held = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                held.add(threads.submit(() -> {
                    int count = 0;
                    for (int i = 0; i < 2560; i++) {
                        RuleContext context = ruleSet.context(Kernels.NEW, DUMP);
                        int shape = (i & 0xff) << Descriptor.BUDDY_ORDER_SHIFT;
                        count += condition.bind(context).holds(0, 0, shape) ? 1 : 0;
                    }
                    return count;
                }));
            }
            for (Future<Integer> count : held) {
                assertThat(count.get()).isEqualTo(260);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldReadLongListsOfPageFrames() throws RuleTextException {
        StringBuilder yaml = new StringBuilder("name: test\nrules:\n- keep: it\n  when: page.tail\n  pfns:\n");
        for (int i = 0; i < 50_000; i++) {
            yaml.append("  - ").append(1_000_000 - 3 * i).append('\n');
        }
        assertThat(RuleSetText.read("test", yaml.toString())
                        .rules()
                        .get(0)
                        .pfns()
                        .ranges())
                .hasSize(50_000)
                .startsWith(new PfnRanges.Range(850_003, 850_004));
    }

    private static boolean holds(String when, int flags, int mapcount, int shape) throws RuleTextException {
        return holds(when, flags, mapcount, shape, DUMP);
    }

    private static boolean holds(String when, int flags, int mapcount, int shape, DumpFacts dump)
            throws RuleTextException {
        RuleSet ruleSet =
                RuleSetText.read("test", "name: test\nrules:\n  - keep: it\n    when: |-\n      " + when + "\n");
        PageFacts facts = Kernels.NEW;
        return ruleSet.rules()
                .get(0)
                .condition()
                .bind(ruleSet.context(facts, dump))
                .holds(flags, mapcount, shape);
    }
}
