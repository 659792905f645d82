// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCompressor;

/**
 * One capture to its end, with as many runs as that takes: a run whose clients fail is followed by one with new clients, which asks the
 * cluster what arrived and sends the rest. A dump that the cluster knows nothing of any more is sent anew, under the same id. Not followed is
 * a run
 *
 * <pre>
 *  whose failure stays as it is, see {@link FinalFailure}, or is none of the cluster,
 *  when the cluster has taken no record for as long as the capture's patience,
 *  when {@value #MOST_RUNS} were not enough.
 * </pre>
 *
 * Belongs to the capturing thread.
 */
final class PatientCapture {
    private static final Logger LOG = LoggerFactory.getLogger(PatientCapture.class);

    /** Most runs and attempts at one, of one capture. */
    static final int MOST_RUNS = 100;

    /** Between a failure and the next run; twice as long each time. What is on its way arrives by then. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Of so many parts of the patience the last is too short for another run. */
    private static final int PATIENCE_PARTS = 20;

    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final CaptureProgress progress;
    private final CaptureClients clients;
    private final Supplier<PageCompressor> compressors;
    private final Supplier<KeptBudget> budgets;
    private final LongSupplier nanoClock;
    private final Duration patience;

    private int failures;
    private Duration pause = FIRST_PAUSE;
    private long arrivedAt;
    private long openedAt;
    private boolean goesOn;
    private boolean lost;
    private CaptureRun.Sent sent = CaptureRun.Sent.NOTHING;

    /**
     * @param compressors makes the compressor of each worker
     * @param budgets memory for the pages that a run is to send
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    PatientCapture(
            Vmcore vmcore,
            CaptureSettings settings,
            CaptureProgress progress,
            CaptureClients clients,
            Supplier<PageCompressor> compressors,
            Supplier<KeptBudget> budgets,
            LongSupplier nanoClock) {
        this.vmcore = vmcore;
        this.settings = settings;
        this.progress = new SilenceQuestion(progress, clients, settings.topics());
        this.clients = clients;
        this.compressors = compressors;
        this.budgets = budgets;
        this.nanoClock = nanoClock;
        patience = Duration.ofMillis(ClientConfigs.patienceMillis(settings));
    }

    /**
     * Captures.
     *
     * @param prepared for the first run; closed when that failed
     * @param cluster for the first run; closed when that failed
     * @throws IOException when the vmcore cannot be read; the dump is then marked as failed
     * @throws CaptureException when the cluster cannot take it; the dump is then marked as failed where that is possible
     * @throws InterruptedException when the calling thread is interrupted; the dump is then marked as failed where that is possible
     */
    Capture.Result run(PreparedCapture prepared, CaptureCluster cluster) throws IOException, InterruptedException {
        arrivedAt = System.nanoTime();
        openedAt = prepared.manifest().getOpenedAt();
        Optional<Capture.Result> result = once(prepared, cluster);
        while (result.isEmpty()) {
            result = again();
        }
        return result.get();
    }

    /** One run; nothing when another is to follow. */
    private Optional<Capture.Result> once(PreparedCapture prepared, CaptureCluster cluster)
            throws IOException, InterruptedException {
        goesOn = false;
        CaptureRun run = new CaptureRun(prepared, progress, cluster, compressors, budgets.get(), nanoClock);
        try {
            Capture.Result last = run.run(failure -> goesOn(failure, run.arrivedAt()));
            return Optional.of(result(last.stripes(), last.pages(), last.zeroPages(), last.pageBytes(), run.sent()));
        } catch (CaptureException e) {
            if (!goesOn) {
                throw e;
            }
            sent = sent.plus(run.sent());
            lost = e.getCause() instanceof LostRecordsException;
            prepared.close();
            cluster.data().close(Duration.ZERO);
            try {
                pause(e);
            } catch (InterruptedException interrupted) {
                run.givenUp("capture was interrupted");
                throw interrupted;
            } finally {
                cluster.close();
            }
            return Optional.empty();
        }
    }

    /** A further run, where the cluster can be asked for what arrived; nothing when yet another is to follow. */
    private Optional<Capture.Result> again() throws IOException, InterruptedException {
        goesOn = true;
        try {
            // What was acknowledged after the loss is no beginning of a dump: it lacks the kernel log.
            Optional<BegunDump> begun = lost ? Optional.empty() : find();
            if (begun.isPresent() && begun.get().captured()) {
                return Optional.of(captured(begun.get()));
            }
            try (PreparedCapture prepared = prepare(begun);
                    CaptureCluster cluster = clients.connect()) {
                return once(prepared, cluster);
            }
        } catch (CaptureException e) {
            if (!goesOn || !goesOn(e, arrivedAt)) {
                throw e;
            }
            pause(e);
            return Optional.empty();
        }
    }

    private Optional<BegunDump> find() {
        try (DumpSearch search = new DumpSearch(clients.log(), settings.topics(), System::currentTimeMillis)) {
            return search.named(settings.dumpId());
        }
    }

    private PreparedCapture prepare(Optional<BegunDump> begun) throws IOException, InterruptedException {
        if (begun.isEmpty()) {
            LOG.warn("the cluster lost what it had of dump {}, it is sent anew", settings.dumpId());
            return new PreparedCapture(vmcore, settings).openedAt(openedAt);
        }
        try (PartitionLog log = clients.log()) {
            return new PreparedCapture(vmcore, settings, begun.get(), log);
        }
    }

    /** Decides whether another run is to follow. */
    private boolean goesOn(CaptureException failure, long lastArrival) {
        long now = System.nanoTime();
        arrivedAt = Math.max(arrivedAt, lastArrival);
        Duration silence = Duration.ofNanos(now - arrivedAt);
        failures++;
        goesOn = !FinalFailure.is(failure)
                && failures < MOST_RUNS
                && silence.plus(pause).plus(patience.dividedBy(PATIENCE_PARTS)).compareTo(patience) < 0;
        return goesOn;
    }

    private void pause(CaptureException failure) throws InterruptedException {
        progress.goesOn(OneLine.of(failure), pause);
        clients.pause(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }

    /** Of a dump whose last record arrived, though that could not be told. */
    private Capture.Result captured(BegunDump dump) {
        long pages = 0;
        long zeroPages = 0;
        long pageBytes = 0;
        for (int stripe = -dump.earlyCount(); stripe < dump.stripeCount(); stripe++) {
            pages += dump.state(stripe).getPages();
            zeroPages += dump.state(stripe).getZeroPages();
            pageBytes += dump.state(stripe).getPageBytes();
        }
        return result(dump.stripeCount(), pages, zeroPages, pageBytes, CaptureRun.Sent.NOTHING);
    }

    private Capture.Result result(int stripes, long pages, long zeroPages, long pageBytes, CaptureRun.Sent last) {
        CaptureRun.Sent all = sent.plus(last);
        return new Capture.Result(settings.dumpId(), stripes, pages, zeroPages, pageBytes, all.metadata(), all.data());
    }
}
