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
     * @throws IOException when the vmcore cannot be read; the dump is then marked as failed
     * @throws org.apache.kafka.common.KafkaException when the cluster cannot take it
     */
    public static Result run(Vmcore vmcore, CaptureSettings settings, CaptureProgress progress)
            throws IOException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    /**
     * What was sent.
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
