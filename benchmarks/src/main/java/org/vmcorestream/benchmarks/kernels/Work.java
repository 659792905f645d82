// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the operations of a kernel worked on; the rates of these counters are its speed. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Work {
    /** Pages, or page frames described. */
    public long pages;

    /** Bytes that went in. */
    public long bytes;

    /** Bytes that came out, where it makes fewer or more of them. */
    public long stored;
}
