// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** One capture from its first record to its last. Belongs to the capturing thread. */
final class CaptureRun {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureRun.class);

    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final PreparedCapture prepared;
    private final SendFailure failure;
    private final CaptureProgress progress;
    private final DumpLife life;
    private final List<StripeProgress> early;
    private final List<StripeProgress> stripes;
    private final RecordSender metadata;
    private final RecordSender data;
    private final MetadataStage metadataStage;
    private final AdmissionStage admissionStage;
    private final DataStage dataStage;
    private final int parts;

    /**
     * @param prepared belongs to this run from now on
     * @param compressors makes the compressor of each worker
     * @param budget memory for the pages that are to be sent
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    CaptureRun(
            PreparedCapture prepared,
            CaptureProgress progress,
            CaptureCluster cluster,
            Supplier<PageCompressor> compressors,
            KeptBudget budget,
            LongSupplier nanoClock)
            throws IOException {
        vmcore = prepared.vmcore();
        settings = prepared.settings();
        this.prepared = prepared;
        long openedAt = prepared.manifest().getOpenedAt();
        early = prepared.early(cluster.partitions());
        stripes = prepared.progress(cluster.partitions());

        failure = new SendFailure(cluster.topicLimit());
        this.progress = progress;
        RecordSender dumps =
                new RecordSender(cluster.metadata(), settings.topics().dumps(), settings.dumpId(), openedAt, failure);
        metadata = new RecordSender(
                cluster.metadata(), settings.topics().pageMetadata(), settings.dumpId(), openedAt, failure);
        data = new RecordSender(cluster.data(), settings.topics().pageData(), settings.dumpId(), openedAt, failure);

        Manifest manifest = prepared.manifest();
        life = new DumpLife(dumps, manifest, early, stripes, cluster.dumpPartitions(), nanoClock);
        metadataStage = new MetadataStage(
                vmcore,
                settings,
                Manifests.dumpFacts(manifest),
                prepared.present(),
                prepared.earlyRule(),
                prepared.chunks(),
                metadata,
                life,
                progress,
                budget);
        RecordSender admissions = new RecordSender(
                cluster.metadata(),
                settings.topics().admissions(),
                settings.dumpId(),
                openedAt,
                new SendFailure(cluster.topicLimit()));
        admissionStage = new AdmissionStage(settings, cluster.desk(), admissions, life, progress, nanoClock);
        parts = manifest.getParts();
        dataStage = new DataStage(
                settings, vmcore.pages(), vmcore.pageFacts().pageSize(), compressors, data, life, progress);
    }

    /** Captures. Whatever stops it midway, the topic dumps is told where that is possible. */
    Capture.Result run() throws IOException, InterruptedException {
        return run(failure -> false);
    }

    /**
     * Captures. Whatever stops it midway, the topic dumps is told where that is possible.
     *
     * @param goesOn whether another run takes up the capture after a failure of the cluster; topic dumps is not told of that then
     */
    Capture.Result run(Predicate<CaptureException> goesOn) throws IOException, InterruptedException {
        Duration patience = Duration.ofMillis(ClientConfigs.patienceMillis(settings));
        try (dataStage;
                SilenceWatch watch = SilenceWatch.begin(failure::silence, progress, patience)) {
            if (prepared.resumed()) {
                life.goOn();
            } else {
                life.open(Manifests.kernelLog(settings.dumpId(), vmcore.kernelLog()));
            }
            prepared.isOpened();
            long pages = metadataStage.run(early, stripes, dataStage);
            awaitAdmission(pages);
            dataStage.send(pages);
            life.captured();
            return result();
        } catch (InterruptedException | InterruptException | ClosedByInterruptException e) {
            life.failed("capture was interrupted");
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("capture was interrupted");
            interrupted.initCause(e);
            throw interrupted;
        } catch (IOException e) {
            letArrive();
            life.failed(OneLine.of(e));
            throw e;
        } catch (KafkaException e) {
            CaptureException told =
                    e instanceof CaptureException known ? known : new CaptureException(OneLine.of(e), e);
            if (!goesOn.test(told)) {
                life.failed(OneLine.of(told));
            }
            throw told;
        } catch (RuntimeException | Error e) {
            LOG.error("capture of {} failed unexpectedly", vmcore.file(), e);
            life.failed("internal error: " + OneLine.of(e));
            throw e;
        }
    }

    /** A vmcore that cannot be read on does not lose what was read before: it arrives before the dump is told to have failed. */
    private void letArrive() {
        try {
            metadata.flush();
            data.flush();
        } catch (KafkaException e) {
            LOG.warn("dump {}: not all that was read could be sent: {}", settings.dumpId(), OneLine.of(e));
        }
    }

    /** Tells topic dumps, where that is possible, that no run takes up the capture. */
    void givenUp(String reason) {
        life.failed(reason);
    }

    /** When the cluster took the last record, or this was made where it took none, as {@link System#nanoTime} has it. */
    long arrivedAt() {
        return failure.arrivedAt();
    }

    /** What was sent so far, by this run alone. */
    Sent sent() {
        return new Sent(metadata.valueBytes(), data.valueBytes());
    }

    /**
     * Bytes of records' values.
     *
     * @param metadata on page-metadata
     * @param data on page-data
     */
    record Sent(long metadata, long data) {
        static final Sent NOTHING = new Sent(0, 0);

        /** Both together. */
        Sent plus(Sent other) {
            return new Sent(metadata + other.metadata, data + other.data);
        }
    }

    private void awaitAdmission(long pages) throws InterruptedException {
        long bytes = pages * vmcore.pageFacts().pageSize();
        admissionStage.run(pages, bytes, settings.ruleSets().size() * parts);
    }

    private Capture.Result result() {
        long pages = 0;
        long zeroPages = 0;
        long pageBytes = 0;
        for (StripeProgress sent :
                Stream.concat(early.stream(), stripes.stream()).toList()) {
            pages += sent.totals().pages();
            zeroPages += sent.totals().zeroPages();
            pageBytes += sent.totals().pageBytes();
        }
        return new Capture.Result(
                settings.dumpId(),
                stripes.size(),
                pages,
                zeroPages,
                pageBytes,
                metadata.valueBytes(),
                data.valueBytes());
    }
}
