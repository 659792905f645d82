// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.schemas.records.StripeState;

/** Records for tests: dump n is opened n ms after the time 0 of tests. */
final class GateSample {
    static final long ZERO = 1_700_000_000_000L;
    static final long LIMIT = 100L << 12;

    private GateSample() {}

    static GateSettings settings(long limit, long reserve) {
        return new GateSettings(
                Map.of("bootstrap.servers", "localhost:1"),
                new Topics(Topics.DEFAULT_PREFIX),
                limit,
                reserve,
                Duration.ofMinutes(10),
                Duration.ofHours(2));
    }

    static String id(int n) {
        return String.format("%08x-%04x-7000-8000-%012x", (ZERO + n) >>> 16, (ZERO + n) & 0xffff, n);
    }

    static AdmissionRequest request(int n, long pages) {
        return request(n, pages, 1, "");
    }

    static AdmissionRequest request(int n, long pages, int files, String tenant) {
        return new AdmissionRequest(id(n), ZERO, pages, pages << 12, files, "host-" + n, tenant);
    }

    /** A dump of one stripe; {@code pages} sent in {@code bytes} when they are 0 or more, else none yet. */
    static Dump dump(int n, DumpState state, long pages, long bytes) {
        Manifest manifest = Manifest.newBuilder()
                .setDumpId(id(n))
                .setOpenedAt(ZERO + n)
                .setHost("host-" + n)
                .setTenant("")
                .setSource("vmcore")
                .setMachine("x86_64")
                .setSysname("Linux")
                .setNodename("")
                .setKernelRelease("6.1")
                .setKernelVersion("")
                .setDomainname("")
                .setBuildId("")
                .setCpus(1)
                .setPhysBase(0)
                .setPageShift(12)
                .setEndPfn(1 << 20)
                .setPresent(List.of(new PfnRange(0L, 1L << 20)))
                .setCrashTime(0)
                .setCrashReason("")
                .setCallTrace(List.of())
                .setCodec(PageCodecName.ZSTD)
                .setCaptureRuleSet("capture")
                .setRuleSets(List.of("level-31"))
                .setVmcoreinfo(ByteBuffer.allocate(0))
                .setNotes(ByteBuffer.allocate(0))
                .setParts(1)
                .build();
        StripeState stripe = StripeState.newBuilder()
                .setStripe(0)
                .setPart(0)
                .setFirstPfn(0)
                .setEndPfn(1 << 20)
                .setPartition(0)
                .setMetadataOffset(0)
                .setDataOffset(pages >= 0 ? 5 : -1)
                .setMetadataEnd(3)
                .setDataEnd(bytes >= 0 ? 9 : -1)
                .setPages(Math.max(0, pages))
                .setZeroPages(0)
                .setPageBytes(Math.max(0, bytes))
                .setDigest(0)
                .build();
        return new Dump(state, manifest, List.of(stripe), "", List.of());
    }

    static DumpFile file(int n, String ruleSet, boolean complete) {
        return DumpFile.newBuilder()
                .setDumpId(id(n))
                .setRuleSet(ruleSet)
                .setLocation("file:///x")
                .setSink("sink")
                .setWrittenAt(ZERO)
                .setCodec(PageCodecName.ZSTD)
                .setComplete(complete)
                .setProblems(List.of())
                .setSize(1)
                .setDigest(0)
                .setPagesWritten(1)
                .setZeroPages(0)
                .setMissingPages(0)
                .setCounts(List.of())
                .setMissing(new ArrayList<>())
                .setReplayId("")
                .setPart(0)
                .setParts(1)
                .build();
    }
}
