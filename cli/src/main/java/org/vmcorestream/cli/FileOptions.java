// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.vmcore.codec.PageCodec;
import picocli.CommandLine.Option;

/** How a file of {@code run} and {@code demo} is written. */
final class FileOptions {
    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "zstd",
            converter = StorableCodecConverter.class,
            description = "Codec of the file: zlib, lzo, snappy or zstd (default: ${DEFAULT-VALUE}).")
    private PageCodec codec;

    @Option(
            names = {"-f", "--force"},
            description = "Replace a file that exists.")
    private boolean force;

    /** Codec of the pages. */
    PageCodec codec() {
        return codec;
    }

    /** Whether a file may be replaced. */
    boolean force() {
        return force;
    }
}
