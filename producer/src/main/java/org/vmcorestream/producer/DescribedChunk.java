// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.VerdictRuns;

/** One chunk as it travels: its descriptors and memory map encoded, and what the capture rules say of it. Made to be reused. */
final class DescribedChunk {
    private final VerdictRuns verdict = new VerdictRuns();
    private final VerdictRuns early;
    private long number;
    private int pages;
    private byte[] descriptors;
    private byte[] memmap;
    private ChunkDecider.OpenRuns openRuns;
    private Anomalies anomalies;
    private Throwable failure;

    /** @param early whether pages are sent early */
    DescribedChunk(boolean early) {
        this.early = early ? new VerdictRuns() : null;
    }

    /** Takes over what a chunk is described as. */
    void described(
            long number,
            int pages,
            byte[] descriptors,
            byte[] memmap,
            ChunkDecider.OpenRuns openRuns,
            Anomalies anomalies) {
        this.number = number;
        this.pages = pages;
        this.descriptors = descriptors;
        this.memmap = memmap;
        this.openRuns = openRuns;
        this.anomalies = anomalies;
    }

    /** Stands for a chunk that could not be described, and says why. */
    static DescribedChunk failed(Throwable why) {
        DescribedChunk chunk = new DescribedChunk(false);
        chunk.failure = why;
        return chunk;
    }

    /** Throws why it could not be described. */
    void rethrow() throws IOException {
        Rethrown.throwIfFailed(failure);
    }

    /** Number of the chunk. */
    long number() {
        return number;
    }

    /** Page frames described. */
    int pages() {
        return pages;
    }

    /** Its descriptors, encoded. */
    byte[] descriptors() {
        return descriptors;
    }

    /** Its memory map, encoded. */
    byte[] memmap() {
        return memmap;
    }

    /** The runs that lead into it. */
    ChunkDecider.OpenRuns openRuns() {
        return openRuns;
    }

    /** Keeps the pages that are sent with its stripe. */
    VerdictRuns verdict() {
        return verdict;
    }

    /** Keeps the pages that are sent early; null where none are. */
    VerdictRuns early() {
        return early;
    }

    /** What was odd in its stripe, up to its end. */
    Anomalies anomalies() {
        return anomalies;
    }
}
