// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.benchmarks.Chunks;

/** What kernels are measured on. */
final class Inputs {
    /** Pages of which none is like another. */
    static final List<String> DIFFERENT = List.of(Chunks.ALL_DIFFERENT);

    private Inputs() {}

    /** Vmcores, and pages of which none is like another. */
    static List<String> both(List<String> vmcores) {
        List<String> both = new ArrayList<>(vmcores);
        both.addAll(DIFFERENT);
        return both;
    }
}
