// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.schemas.records.StripeState;

/** Records and dumps for tests. */
final class Sample {
    /** A moment. */
    static final long NOW = 1_780_000_000_000L;

    static final String RELEASE = "6.12.107+deb13-amd64";
    static final String LEVEL_31 = "level-31";

    private Sample() {}

    /** The dump id of a number. */
    static String id(long number) {
        return new UUID(NOW << 16 | 7L << 12, 1L << 63 | number).toString();
    }

    /** Pages by reason of a dump of 1 GiB. */
    static Map<String, Long> pages(long free, long cache) {
        Map<String, Long> pages = new LinkedHashMap<>();
        pages.put("kept", 262_144 - free - cache);
        pages.put("hole", 1000L);
        pages.put("no-data", 0L);
        pages.put("free", free);
        pages.put("cache", cache);
        return pages;
    }

    /** A dump of 1 GiB. */
    static DecidedDump dump(long number, String release, long free, long cache) {
        return new DecidedDump(
                id(number),
                LEVEL_31,
                NOW + number,
                release,
                "blue",
                "hv-1",
                12,
                Collections.unmodifiableMap(pages(free, cache)),
                new PageAnomalies(0, 0, 0, 0),
                false);
    }

    static DecidedDump replayed(DecidedDump dump) {
        return new DecidedDump(
                dump.dumpId(),
                dump.ruleSet(),
                dump.decidedAt(),
                dump.kernelRelease(),
                dump.tenant(),
                dump.host(),
                dump.pageShift(),
                dump.pages(),
                dump.anomalies(),
                true);
    }

    static DecidedDump odd(DecidedDump dump, PageAnomalies anomalies) {
        return new DecidedDump(
                dump.dumpId(),
                dump.ruleSet(),
                dump.decidedAt(),
                dump.kernelRelease(),
                dump.tenant(),
                dump.host(),
                dump.pageShift(),
                dump.pages(),
                anomalies,
                dump.replay());
    }

    static DecidedDump under(DecidedDump dump, String ruleSet) {
        return new DecidedDump(
                dump.dumpId(),
                ruleSet,
                dump.decidedAt(),
                dump.kernelRelease(),
                dump.tenant(),
                dump.host(),
                dump.pageShift(),
                dump.pages(),
                dump.anomalies(),
                dump.replay());
    }

    static DecidedDump of(DecidedDump dump, String tenant) {
        return new DecidedDump(
                dump.dumpId(),
                dump.ruleSet(),
                dump.decidedAt(),
                dump.kernelRelease(),
                tenant,
                dump.host(),
                dump.pageShift(),
                dump.pages(),
                dump.anomalies(),
                dump.replay());
    }

    /** One stripe of a dump, as the processor sends it. */
    static ExclusionStats stats(DecidedDump dump, int stripe, int stripes) {
        List<ReasonCount> counts = new ArrayList<>();
        dump.pages().forEach((reason, pages) -> counts.add(new ReasonCount(reason, pages)));
        PageAnomalies anomalies = dump.anomalies();
        return new ExclusionStats(
                dump.dumpId(),
                dump.ruleSet(),
                stripe,
                dump.decidedAt(),
                dump.kernelRelease(),
                dump.tenant(),
                dump.host(),
                dump.pageShift(),
                counts,
                dump.ratio(),
                anomalies.misaligned(),
                stripes,
                anomalies.misaligned(),
                anomalies.invalidOrders(),
                anomalies.undecided(),
                anomalies.unknownTypes(),
                dump.replay() ? id(99) : "");
    }

    static String key(ExclusionStats stats) {
        return new String(Keys.exclusionStats(stats), StandardCharsets.UTF_8);
    }

    /** A record of topic dumps. */
    static Dump life(String dumpId, DumpState state, String... ruleSets) {
        Manifest manifest = new Manifest();
        manifest.setParts(1);
        manifest.setDumpId(dumpId);
        manifest.setOpenedAt(NOW);
        manifest.setHost("hv-1");
        manifest.setTenant("blue");
        manifest.setSource("vmcore");
        manifest.setMachine("x86_64");
        manifest.setSysname("Linux");
        manifest.setNodename("guest");
        manifest.setKernelRelease(RELEASE);
        manifest.setKernelVersion("#1");
        manifest.setDomainname("");
        manifest.setBuildId("");
        manifest.setCpus(1);
        manifest.setPhysBase(0L);
        manifest.setPageShift(12);
        manifest.setEndPfn(262_144L);
        manifest.setPresent(List.of());
        manifest.setCrashTime(0L);
        manifest.setCrashReason("");
        manifest.setCallTrace(List.of());
        manifest.setCodec(PageCodecName.ZSTD);
        manifest.setCaptureRuleSet("capture");
        manifest.setRuleSets(List.of(ruleSets));
        manifest.setVmcoreinfo(ByteBuffer.allocate(0));
        manifest.setNotes(ByteBuffer.allocate(0));
        StripeState stripe = new StripeState(0, 0L, 262_144L, 0, 0L, 0L, -1L, -1L, 10L, 1L, 5L << 20, 0, 0);
        return new Dump(state, manifest, List.of(stripe), "", List.of());
    }

    /** A record of topic dump-files. */
    static DumpFile file(String dumpId, String ruleSet, boolean complete, long writtenAt) {
        return new DumpFile(
                dumpId,
                ruleSet,
                "file:///dumps/vmcore",
                "sink-1",
                writtenAt,
                PageCodecName.ZSTD,
                complete,
                List.of(),
                1L,
                0,
                1L,
                0L,
                0L,
                List.of(),
                List.of(),
                "",
                0,
                1);
    }

    static ByteBuffer bytes(org.apache.avro.specific.SpecificRecordBase record) {
        return ByteBuffer.wrap(RecordCodec.encode(record));
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
