// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vmcorestream.vmcore.spool.SpoolListener;
import org.vmcorestream.vmcore.spool.SpoolRoom;

/**
 * How a vmcore is opened.
 *
 * @param vmcoreInfo file with the text of VMCOREINFO, taken instead of what the vmcore says; empty to ask the vmcore
 * @param spool room for streams and flattened files
 * @param listener told how far spooling is
 * @param standardInput what {@link #STANDARD_INPUT} reads
 * @param recompress whether pages of a kdump file are to be compressed anew where they could be taken as they are stored
 */
public record OpenSettings(
        Optional<Path> vmcoreInfo,
        SpoolRoom spool,
        SpoolListener listener,
        InputStream standardInput,
        boolean recompress) {
    /** Name of standard input. */
    public static final Path STANDARD_INPUT = Path.of("-");

    /** Spools to {@code /var/tmp}, where it is expected to be on a disk, or else where Java puts temporary files. */
    public static final OpenSettings USUAL = new OpenSettings(
            Optional.empty(),
            new SpoolRoom(usualFolder(), SpoolRoom.NO_LIMIT),
            SpoolListener.NONE,
            InputStream.nullInputStream());

    /** Pages that could be taken as they are stored are. */
    public OpenSettings(Optional<Path> vmcoreInfo, SpoolRoom spool, SpoolListener listener, InputStream standardInput) {
        this(vmcoreInfo, spool, listener, standardInput, false);
    }

    private static Path usualFolder() {
        Path disk = Path.of("/var/tmp");
        return Files.isWritable(disk) ? disk : Path.of(System.getProperty("java.io.tmpdir"));
    }
}
