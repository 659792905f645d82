// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/**
 * What all assemblies of a sink work with.
 *
 * @param topics names of the topics
 * @param name which sink this is
 * @param readers readers of the topics
 * @param outbox takes what is said of files
 * @param writers opens files
 * @param placement where files go
 * @param codec codec of files, empty for that of the capture
 * @param finished what dump-files says is done
 * @param listener told what happens
 * @param stallTimeout how long to wait for something new
 * @param quiet how long to wait for a processor's last verdicts once the capture has failed
 * @param clock tells the time
 * @param heap bounds what bitmaps take
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
        HeapBudget heap) {
    /** Opens the file of an assembly; {@link KdumpFileWriter#create} but in tests. */
    @FunctionalInterface
    interface Writers {
        KdumpFileWriter create(Path file, KdumpHeader header, PfnBitmap present, PfnBitmap kept) throws IOException;
    }
}
