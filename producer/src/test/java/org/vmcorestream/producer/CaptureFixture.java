// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** Captures into a fake cluster. */
final class CaptureFixture {
    static final String DUMP_ID = DumpId.of(1_700_000_000_000L, 1, 2);
    static final long GIB_PAGES = 1L << 18;

    final FakeCluster cluster = new FakeCluster();
    RuleSet capture = BuiltInRuleSets.capture();
    PageCodec codec = PageCodec.ZSTD;
    long stripeBytes = 64L << 30;
    int parts = 1;
    int threads = 2;
    String dumpId = DUMP_ID;

    /** Whether pages are sent early; {@link #runPatiently} sends some early in any case. */
    boolean early;

    /** Records after which a capture that goes on is killed. */
    int cutNextAt = Integer.MAX_VALUE;

    CaptureProgress progress = CaptureProgress.NONE;
    KeptBudget budget = new KeptBudget(KeptBudget.USUAL_BYTES);
    AdmissionPolicy admission = AdmissionPolicy.NEVER;
    LongSupplier nanoClock = System::nanoTime;

    Map<String, Object> client = Map.of("bootstrap.servers", "localhost:1");

    /** Settings with those of clients. */
    static CaptureSettings settings(Map<String, Object> client) {
        CaptureFixture fixture = new CaptureFixture();
        fixture.client = client;
        return fixture.settings();
    }

    CaptureSettings settings() {
        return new CaptureSettings(
                client,
                FakeCluster.TOPICS,
                dumpId,
                "host-1",
                "tenant-1",
                capture,
                List.of("level-31"),
                codec,
                stripeBytes,
                parts,
                threads,
                admission);
    }

    Capture.Result run(Vmcore vmcore) throws IOException, InterruptedException {
        CaptureSettings settings = settings();
        try (CaptureCluster clients = cluster.clients();
                PreparedCapture prepared = new PreparedCapture(vmcore, settings, early)) {
            return new CaptureRun(prepared, progress, clients, () -> PageCompressor.of(codec), budget, nanoClock).run();
        }
    }

    /** Goes on with the dump that the cluster knows of. */
    Capture.Result resume(Vmcore vmcore, FakePartitionLog log) throws IOException, InterruptedException {
        try (DumpSearch search = new DumpSearch(log, FakeCluster.TOPICS, System::currentTimeMillis)) {
            return resume(vmcore, log, search.named(DUMP_ID).orElseThrow());
        }
    }

    /** Goes on with a dump. */
    Capture.Result resume(Vmcore vmcore, FakePartitionLog log, BegunDump begun)
            throws IOException, InterruptedException {
        CaptureSettings settings = CaptureSettings.goingOn(
                Map.of("bootstrap.servers", "localhost:1"),
                FakeCluster.TOPICS,
                begun.manifest(),
                capture,
                threads,
                admission);
        cluster.restart();
        cluster.cutAt(cutNextAt);
        try (CaptureCluster clients = cluster.clients();
                PreparedCapture prepared = new PreparedCapture(vmcore, settings, begun, log)) {
            return new CaptureRun(prepared, progress, clients, () -> PageCompressor.of(codec), budget, nanoClock).run();
        }
    }

    /** Captures with new clients whenever some fail. */
    Capture.Result runPatiently(Vmcore vmcore, CaptureClients clients) throws IOException, InterruptedException {
        CaptureSettings settings = settings();
        PatientCapture capture = new PatientCapture(
                vmcore, settings, progress, clients, () -> PageCompressor.of(codec), () -> budget, nanoClock);
        try (CaptureCluster first = cluster.clients();
                PreparedCapture prepared = Capture.prepare(vmcore, settings)) {
            return capture.run(prepared, first);
        }
    }

    /** All records that tell of the dump's life, in order. */
    List<Dump> life() {
        return cluster.on(FakeCluster.TOPICS.dumps()).stream()
                .map(SentDump::decode)
                .filter(Dump.class::isInstance)
                .map(Dump.class::cast)
                .toList();
    }

    Dump last() {
        List<Dump> life = life();
        return life.get(life.size() - 1);
    }
}
