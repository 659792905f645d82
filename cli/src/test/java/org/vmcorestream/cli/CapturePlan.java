// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.List;
import java.util.Map;
import org.vmcorestream.producer.AdmissionPolicy;
import org.vmcorestream.producer.CaptureSettings;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.codec.PageCodec;

/** How a test captures: as most do, and what it says otherwise. */
final class CapturePlan {
    private final Map<String, Object> client;
    private final Topics topics;
    private final RuleSet capture;

    String dumpId = DumpId.next();
    List<String> ruleSets;
    PageCodec codec = PageCodec.ZSTD;
    long stripeBytes = 1L << 30;
    int parts = 1;
    int threads = 2;
    AdmissionPolicy admission = AdmissionPolicy.NEVER;

    /** Captures what a rule set keeps, for a file under the same one. */
    CapturePlan(Map<String, Object> client, Topics topics, RuleSet capture) {
        this.client = client;
        this.topics = topics;
        this.capture = capture;
        ruleSets = List.of(capture.name());
    }

    CaptureSettings settings() {
        return new CaptureSettings(
                client,
                topics,
                dumpId,
                "host",
                "tenant",
                capture,
                ruleSets,
                codec,
                stripeBytes,
                parts,
                threads,
                admission);
    }
}
