// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.Option;

/** How results are printed. */
final class ReportOptions {
    @Option(names = "--json", description = "Print one JSON object a line instead of a table, for scripts.")
    private boolean json;

    /** Whether results are for scripts. */
    boolean json() {
        return json;
    }
}
