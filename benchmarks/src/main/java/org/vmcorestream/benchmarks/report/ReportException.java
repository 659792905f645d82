// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.report;

import java.io.IOException;

/** A results file or a marked place that makes no sense. The message is one line that names it. */
public final class ReportException extends IOException {
    private static final long serialVersionUID = 1L;

    ReportException(String message) {
        super(message);
    }
}
