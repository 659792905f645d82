// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.List;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** A capture before it has a cluster: its manifest is made, and its chunks are described ahead as far as memory allows. */
public final class PreparedCapture implements AutoCloseable {
    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final PfnRuns present;
    private final Manifest manifest;
    private final ChunksAhead chunks;

    /**
     * Begins to describe.
     *
     * @throws UnfitSettingsException when the settings do not fit the vmcore
     */
    PreparedCapture(Vmcore vmcore, CaptureSettings settings) throws IOException {
        this.vmcore = vmcore;
        this.settings = settings;
        long openedAt = System.currentTimeMillis();
        present = new PfnRuns(vmcore.memory().present());
        if (present.size() == 0) {
            throw new VmcoreException(vmcore.file() + " has no memory, expected at least one page");
        }
        List<Stripe> anywhere = stripes(1);
        manifest = Manifests.manifest(vmcore, settings, openedAt);
        chunks = new ChunksAhead(vmcore, settings.capture(), Manifests.dumpFacts(manifest), present, anywhere);
    }

    /**
     * Sends everything and returns when it is acknowledged; once.
     *
     * @param connection opened with the same settings
     * @throws IOException when the vmcore cannot be read; the dump is then marked as failed
     * @throws CaptureException when the cluster cannot take it; the dump is then marked as failed where that is possible
     * @throws InterruptedException when the calling thread is interrupted; the dump is then marked as failed
     */
    public Capture.Result run(CaptureConnection connection, CaptureProgress progress)
            throws IOException, InterruptedException {
        if (connection.settings() != settings) {
            throw new IllegalArgumentException("connection of dump "
                    + connection.settings().dumpId() + ", expected one of dump " + settings.dumpId());
        }
        return new CaptureRun(
                        this,
                        progress,
                        connection.cluster(),
                        () -> PageCompressor.of(settings.codec()),
                        new KeptBudget(KeptBudget.USUAL_BYTES),
                        System::nanoTime)
                .run();
    }

    /** What is captured. */
    Vmcore vmcore() {
        return vmcore;
    }

    /** How it is captured. */
    CaptureSettings settings() {
        return settings;
    }

    /** Page frames with memory. */
    PfnRuns present() {
        return present;
    }

    /** What is known of the dump before its first page is read. */
    Manifest manifest() {
        return manifest;
    }

    /** Its chunks, as they are described. */
    ChunksAhead chunks() {
        return chunks;
    }

    /** Its stripes in a cluster whose topics have so many partitions. */
    List<Stripe> stripes(int partitions) {
        return PartPlan.stripes(
                present,
                vmcore.memory().endPfn(),
                vmcore.pageFacts().pageShift(),
                settings.stripeBytes(),
                settings.parts(),
                settings.dumpId(),
                partitions);
    }

    /** Stops describing. */
    @Override
    public void close() {
        chunks.close();
    }
}
