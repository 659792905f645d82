// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.copying;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** What compressing a dump costs by itself: nothing that makes a file of it can be faster than that on all cores. */
public final class CodecCost {
    private CodecCost() {}

    /**
     * CPU time, in seconds, that one thread takes to find the zeros among the pages that a rule set keeps of a vmcore, and to compress
     * the others. All of them are worked on; reading them is not counted.
     */
    public static double seconds(Path vmcore, RuleSet ruleSet, PageCodec codec) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try (Vmcore opened = Vmcore.open(vmcore)) {
            long warm = 64 << 20;
            new Stages(new KeptSample(opened, ruleSet, warm / opened.pageFacts().pageSize()), codec).compressing();
            return new Stages(new KeptSample(opened, ruleSet, opened.memory().endPfn()), codec)
                    .compressing(threads::getCurrentThreadCpuTime);
        }
    }
}
