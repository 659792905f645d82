// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import org.vmcorestream.vmcore.Vmcore;

/** The door to the producer: sends one vmcore into the topics. */
public final class Capture {
    private Capture() {}

    /**
     * Captures a vmcore and returns when every record is acknowledged.
     *
     * <p>What is sent, in this order: the kernel log and the manifest to dumps; for each stripe the descriptors of its pages
     * to page-metadata; for each stripe the pages that the capture rules keep to page-data. Dumps is told of offsets as they
     * become known, and of the end. A page that the capture rules exclude is never read. Where a gate is at work, and the
     * settings say so, page contents wait until it lets them be sent.
     *
     * @throws IOException when the vmcore cannot be read; the dump is then marked as failed
     * @throws CaptureException when the cluster cannot take it; the dump is then marked as failed where that is possible
     * @throws InterruptedException when the calling thread is interrupted; the dump is then marked as failed
     * @throws UnfitSettingsException when the settings do not fit the vmcore; then nothing was sent
     */
    public static Result run(Vmcore vmcore, CaptureSettings settings, CaptureProgress progress)
            throws IOException, InterruptedException {
        try (CaptureConnection connection = CaptureConnection.open(settings);
                PreparedCapture prepared = prepare(vmcore, settings)) {
            return prepared.run(connection, progress);
        }
    }

    /**
     * Begins a capture that needs no cluster yet: what the manifest says is read, and chunks are described ahead.
     *
     * @throws IOException when the vmcore cannot be read
     * @throws UnfitSettingsException when the settings do not fit the vmcore
     */
    public static PreparedCapture prepare(Vmcore vmcore, CaptureSettings settings) throws IOException {
        return new PreparedCapture(vmcore, settings);
    }

    /**
     * Prepares a capture that goes on where an earlier one was cut short: asks the cluster what it has of the dump, and
     * describes the rest ahead. What arrived is not sent again, and the files become the same.
     *
     * @param settings as {@link CaptureSettings#goingOn} makes them of the dump's manifest
     * @throws IOException when the vmcore cannot be read
     * @throws UnfitSettingsException when the dump is not one of this vmcore, or its stripes lie elsewhere than they would now
     * @throws CaptureException when the cluster does not answer; then nothing was sent
     */
    public static PreparedCapture resume(Vmcore vmcore, CaptureSettings settings, BegunDump dump)
            throws IOException, InterruptedException {
        try (PartitionLog log = KafkaPartitionLog.open(settings.client(), settings.topics())) {
            return new PreparedCapture(vmcore, settings, dump, log);
        }
    }

    /**
     * What was sent, be it by this capture or an earlier one that it goes on with, but for the last two.
     *
     * @param dumpId the dump
     * @param stripes number of stripes
     * @param pages pages sent, zero pages included
     * @param zeroPages pages of zeros among them
     * @param pageBytes compressed bytes of pages
     * @param metadataRecordBytes bytes of all records' values on page-metadata
     * @param dataRecordBytes bytes of all records' values on page-data
     */
    public record Result(
            String dumpId,
            int stripes,
            long pages,
            long zeroPages,
            long pageBytes,
            long metadataRecordBytes,
            long dataRecordBytes) {}
}
