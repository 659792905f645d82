// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.Option;

/** Whether pages of a kdump file travel as they are stored. */
final class RecompressOption {
    @Option(
            names = "--recompress",
            description = {
                "Compress pages of a kdump file anew, so that the file that is made has the same bytes as",
                "one made of an ELF vmcore. Pages that are in the codec asked for are otherwise taken as",
                "they are stored, once they have been decompressed to see that they are pages."
            })
    private boolean given;

    boolean given() {
        return given;
    }
}
