// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.codec.PageCodec;

class DumpPlanTest {
    private final SampleDump sample = new SampleDump(new FakeCluster(), 1, PageCodec.ZSTD);

    @Test
    void shouldTakeASoundRecord() throws MalformedRecordException {
        DumpPlan plan = DumpPlan.of(sample.record(DumpState.CAPTURED), sample.dumpId, 2);

        assertThat(plan.stripes()).isEqualTo(3);
        assertThat(plan.pageSize()).isEqualTo(4096);
        assertThat(plan.ended()).isTrue();
        assertThat(plan.ruleSets(List.of("31", "level-31", "mine"))).containsExactly("level-31", "mine");
        assertThat(plan.ruleSets(List.of("mine@3", "level-17-e", "17-e", "mine@12")))
                .containsExactly("mine@3", "level-17-e", "mine@12");
    }

    @Test
    void shouldKnowWhetherTheLayoutIsTheSame() {
        DumpPlan plan = sample.plan(DumpState.OPENED);
        sample.stripes[1].setDataOffset(77L);
        assertThat(plan.sameLayout(sample.plan(DumpState.CAPTURED))).isTrue();
        sample.stripes[1].setPartition(0);
        assertThat(plan.sameLayout(sample.plan(DumpState.CAPTURED))).isFalse();
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                change("endPfn", "endPfn is 0", dump -> dump.getManifest().setEndPfn(0L)),
                change(
                        "endless",
                        "endPfn is 137438953473",
                        dump -> dump.getManifest().setEndPfn((1L << 37) + 1)),
                change(
                        "page size",
                        "pageShift is 11",
                        dump -> dump.getManifest().setPageShift(11)),
                change(
                        "huge page size",
                        "pageShift is 33",
                        dump -> dump.getManifest().setPageShift(33)),
                change("time", "openedAt is -1", dump -> dump.getManifest().setOpenedAt(-1L)),
                change("cpus", "cpus is 0", dump -> dump.getManifest().setCpus(0)),
                change(
                        "dump id",
                        "dump id is ../../etc/passwd, expected a UUID",
                        dump -> dump.getManifest().setDumpId("../../etc/passwd")),
                change("key", "key is", dump -> dump.getManifest().setDumpId("00000000-0000-7000-8000-000000000000")),
                change(
                        "rule set",
                        "rule set is ../x, expected",
                        dump -> dump.getManifest().setRuleSets(List.of("../x"))),
                change(
                        "version of a rule set",
                        "rule set is mine@03, expected",
                        dump -> dump.getManifest().setRuleSets(List.of("mine@03"))),
                change(
                        "rule sets",
                        "number of rule sets is 65",
                        dump -> dump.getManifest().setRuleSets(Collections.nCopies(65, "level-1"))),
                change(
                        "overlapping ranges",
                        "first page frame of a present range is 5",
                        dump -> dump.getManifest().setPresent(List.of(new PfnRange(0L, 9L), new PfnRange(5L, 20L)))),
                change(
                        "negative range",
                        "first page frame of a present range is -5",
                        dump -> dump.getManifest().setPresent(List.of(new PfnRange(-5L, 9L)))),
                change(
                        "empty range",
                        "end of a present range is 5",
                        dump -> dump.getManifest().setPresent(List.of(new PfnRange(5L, 5L)))),
                change(
                        "range beyond the end",
                        "end of a present range is 66037",
                        dump -> dump.getManifest().setPresent(List.of(new PfnRange(5L, SampleDump.END_PFN + 1)))),
                change("no stripes", "number of stripes is 0", dump -> dump.setStripes(List.of())),
                change(
                        "stripes",
                        "number of stripes is 65537",
                        dump -> dump.setStripes(
                                Collections.nCopies(65_537, dump.getStripes().get(0)))),
                change("order of stripes", "stripe 0: number is 2", dump -> Collections.reverse(dump.getStripes())),
                change(
                        "stripe twice",
                        "stripe 1: number is 0",
                        dump -> dump.getStripes().set(1, dump.getStripes().get(0))),
                change(
                        "overlapping stripes",
                        "stripe 1: firstPfn is 0",
                        dump -> dump.getStripes().get(1).setFirstPfn(0L)),
                change(
                        "unaligned stripe",
                        "stripe 1: firstPfn is 40000",
                        dump -> dump.getStripes().get(1).setFirstPfn(40_000L)),
                change(
                        "stripe beyond the end",
                        "stripe 2: endPfn is 98304",
                        dump -> dump.getStripes().get(2).setEndPfn(98_304L)),
                change(
                        "stripe of half a chunk",
                        "stripe 0: endPfn is 100",
                        dump -> dump.getStripes().get(0).setEndPfn(100L)),
                change(
                        "partition",
                        "stripe 1: partition is 2, expected 0 to 1",
                        dump -> dump.getStripes().get(1).setPartition(2)),
                change(
                        "negative partition",
                        "stripe 1: partition is -1",
                        dump -> dump.getStripes().get(1).setPartition(-1)),
                change(
                        "offset",
                        "stripe 0: dataOffset is -7",
                        dump -> dump.getStripes().get(0).setDataOffset(-7L)));
    }

    static Stream<Arguments> hostileEarlyPages() {
        return Stream.of(
                change(
                        "number of parts",
                        "number of early pages is 1, expected 0 or one for each part",
                        dump -> dump.getEarly().remove(1)),
                change(
                        "number",
                        "early pages of part 1: number is -1, expected -2",
                        dump -> dump.getEarly().get(1).setStripe(-1)),
                change(
                        "part",
                        "early pages of part 0: part is 1, expected 0",
                        dump -> dump.getEarly().get(0).setPart(1)),
                change(
                        "firstPfn",
                        "early pages of part 1: firstPfn is 0, expected 65536",
                        dump -> dump.getEarly().get(1).setFirstPfn(0L)),
                change(
                        "endPfn",
                        "early pages of part 0: endPfn is 32768, expected 65536",
                        dump -> dump.getEarly().get(0).setEndPfn(32_768L)),
                change(
                        "metadata",
                        "early pages of part 0: metadataOffset is 3, expected -1",
                        dump -> dump.getEarly().get(0).setMetadataOffset(3L)),
                change(
                        "partition",
                        "early pages of part 0: partition is 2, expected 0 to 1",
                        dump -> dump.getEarly().get(0).setPartition(2)),
                change(
                        "offset",
                        "early pages of part 0: dataOffset is -2",
                        dump -> dump.getEarly().get(0).setDataOffset(-2L)),
                change(
                        "pages",
                        "early pages of part 0: pages is -1",
                        dump -> dump.getEarly().get(0).setPages(-1L)));
    }

    @ParameterizedTest
    @MethodSource("hostileEarlyPages")
    void shouldRefuseHostileEarlyPages(String message, Consumer<Dump> change) throws MalformedRecordException {
        sample.parts(0, 0, 1).sendEarly(pfn -> true);
        Dump dump = sample.record(DumpState.CAPTURED);
        dump.setEarly(new ArrayList<>(dump.getEarly()));
        assertThat(DumpPlan.of(dump, sample.dumpId, 2).early(1))
                .contains(dump.getEarly().get(1));
        change.accept(dump);

        assertThatThrownBy(() -> DumpPlan.of(dump, sample.dumpId, 2))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }

    private static Arguments change(String name, String message, Consumer<Dump> change) {
        return Arguments.argumentSet(name, message, change);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void shouldRefuseAHostileRecord(String message, Consumer<Dump> change) {
        Dump dump = sample.record(DumpState.CAPTURED);
        dump.getManifest().setRuleSets(new ArrayList<>());
        change.accept(dump);

        assertThatThrownBy(() -> DumpPlan.of(dump, sample.dumpId, 2))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }
}
