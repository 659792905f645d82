// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/**
 * What all assemblies of a sink work with.
 *
 * @param topics names of the topics
 * @param name which sink this is
 * @param readers readers of the topics
 * @param outbox takes what is said of files
 * @param writers goes on to the pages of files
 * @param placement where files go
 * @param codec codec of files, empty for that of the capture
 * @param finished what dump-files says is done
 * @param listener told what happens
 * @param stallTimeout how long to wait for something new
 * @param quiet how long to wait for a processor's last verdicts once the capture has failed
 * @param clock tells the time
 * @param places bounds how many files are begun
 * @param disks room for files
 */
record StageTools(
        Topics topics,
        String name,
        SharedReaders readers,
        Outbox outbox,
        Writers writers,
        SinkService.Placement placement,
        Optional<PageCodec> codec,
        FinishedFiles finished,
        SinkService.Listener listener,
        Duration stallTimeout,
        Duration quiet,
        Clock clock,
        FilePlaces places,
        DiskSpace disks) {
    /** Goes on to the pages of a file; {@link KdumpDraft#begin} but in tests. */
    @FunctionalInterface
    interface Writers {
        KdumpFileWriter begin(KdumpDraft draft, KdumpHeader header) throws IOException;
    }
}
