// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;

/** A command failed, took too long, or made a wrong file: what it took says nothing. The message is one line. */
final class BenchmarkFailure extends IOException {
    private static final long serialVersionUID = 1L;

    BenchmarkFailure(String message) {
        super(message);
    }
}
