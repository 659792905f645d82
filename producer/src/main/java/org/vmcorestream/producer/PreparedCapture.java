// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final Optional<BegunDump> begun;
    private final EarlyRule early;
    private final ArrivalSearch.Found arrived;
    private volatile boolean opened;

    /**
     * Begins to describe.
     *
     * @throws UnfitSettingsException when the settings do not fit the vmcore
     */
    PreparedCapture(Vmcore vmcore, CaptureSettings settings) throws IOException {
        this(vmcore, settings, true);
    }

    /**
     * Begins to describe.
     *
     * @param early whether pages are sent early
     * @throws UnfitSettingsException when the settings do not fit the vmcore
     */
    PreparedCapture(Vmcore vmcore, CaptureSettings settings, boolean early) throws IOException {
        this.vmcore = vmcore;
        this.settings = settings;
        long openedAt = System.currentTimeMillis();
        present = present(vmcore);
        begun = Optional.empty();
        arrived = ArrivalSearch.Found.NOTHING;
        List<Stripe> anywhere = stripes(1);
        this.early = early ? EarlyRule.of(vmcore, settings.capture(), anywhere) : EarlyRule.NONE;
        manifest = Manifests.manifest(vmcore, settings, openedAt);
        chunks = new ChunksAhead(
                vmcore, settings.capture(), this.early, Manifests.dumpFacts(manifest), present, anywhere);
    }

    /**
     * Finds out what of a dump is missing, and begins to describe that.
     *
     * @throws UnfitSettingsException when it is not a dump of this vmcore, or its stripes lie elsewhere than they would now
     * @throws CaptureException when the cluster does not answer
     */
    PreparedCapture(Vmcore vmcore, CaptureSettings settings, BegunDump dump, PartitionLog log)
            throws IOException, InterruptedException {
        this.vmcore = vmcore;
        this.settings = settings;
        present = present(vmcore);
        begun = Optional.of(dump);
        manifest = dump.manifest();
        Optional<String> difference = SameVmcore.difference(Manifests.ofVmcore(vmcore), manifest);
        if (difference.isPresent()) {
            throw new UnfitSettingsException("it is not the vmcore of dump " + dump.dumpId() + ": " + difference.get());
        }
        int partitions = log.partitions(settings.topics().pageMetadata());
        List<Stripe> stripes = dump.stripes(present, partitions);
        early = dump.early() ? EarlyRule.of(vmcore, settings.capture(), stripes) : EarlyRule.NONE;
        arrived = new ArrivalSearch(
                        log,
                        settings.topics(),
                        dump,
                        dump.early(present, partitions),
                        stripes,
                        present,
                        System::currentTimeMillis)
                .search();
        List<Stripe> missing = stripes.stream().filter(arrived::misses).toList();
        chunks = new ChunksAhead(vmcore, settings.capture(), early, Manifests.dumpFacts(manifest), present, missing);
    }

    /**
     * Says of a dump that is sent anew when it was sent first: that is when it was opened, and where sinks put it. To be called before anything is
     * sent.
     */
    PreparedCapture openedAt(long millis) {
        manifest.setOpenedAt(millis);
        return this;
    }

    private static PfnRuns present(Vmcore vmcore) throws VmcoreException {
        PfnRuns present = new PfnRuns(vmcore.memory().present());
        if (present.size() == 0) {
            throw new VmcoreException(vmcore.file() + " has no memory, expected at least one page");
        }
        return present;
    }

    /**
     * Sends everything and returns when it is acknowledged; once. Clients that fail midway are replaced, as {@link PatientCapture}
     * says.
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
        return new PatientCapture(
                        vmcore,
                        settings,
                        progress,
                        CaptureClients.of(settings),
                        () -> PageCompressor.of(settings.codec()),
                        () -> new KeptBudget(KeptBudget.USUAL_BYTES),
                        System::nanoTime)
                .run(this, connection.cluster());
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

    /** Whether an earlier capture of the dump was cut short, and this one goes on. */
    boolean resumed() {
        return begun.isPresent();
    }

    /** Whether the cluster was told of the dump, so that its capture can go on later when this one fails. */
    public boolean opened() {
        return opened;
    }

    /** Says that the cluster was told of the dump. */
    void isOpened() {
        opened = true;
    }

    /** How far its stripes are, in a cluster whose topics have so many partitions. */
    List<StripeProgress> progress(int partitions) {
        List<StripeProgress> progress = new ArrayList<>();
        if (begun.isEmpty()) {
            stripes(partitions).forEach(stripe -> progress.add(new StripeProgress(stripe)));
        } else {
            for (Stripe stripe : begun.get().stripes(present, partitions)) {
                progress.add(new StripeProgress(stripe, arrived.of(stripe)));
            }
        }
        return progress;
    }

    /** Which pages are sent early. */
    EarlyRule earlyRule() {
        return early;
    }

    /** Likewise its early pages, one for each part; none where none are sent early. */
    List<StripeProgress> early(int partitions) {
        if (!early.some()) {
            return List.of();
        }
        List<Stripe> all = begun.isEmpty()
                ? EarlyPages.of(stripes(partitions), settings.dumpId(), partitions)
                : begun.get().early(present, partitions);
        return all.stream()
                .map(stripe -> new StripeProgress(stripe, arrived.of(stripe)))
                .toList();
    }

    /** Its stripes in a cluster whose topics have so many partitions. */
    private List<Stripe> stripes(int partitions) {
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
