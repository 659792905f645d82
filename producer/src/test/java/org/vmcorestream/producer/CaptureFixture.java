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
    CaptureProgress progress = CaptureProgress.NONE;
    KeptBudget budget = new KeptBudget(KeptBudget.USUAL_BYTES);
    AdmissionPolicy admission = AdmissionPolicy.NEVER;
    LongSupplier nanoClock = System::nanoTime;

    CaptureSettings settings() {
        return new CaptureSettings(
                Map.of("bootstrap.servers", "localhost:1"),
                FakeCluster.TOPICS,
                DUMP_ID,
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
                PreparedCapture prepared = Capture.prepare(vmcore, settings)) {
            return new CaptureRun(prepared, progress, clients, () -> PageCompressor.of(codec), budget, nanoClock).run();
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
