// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import org.vmcorestream.producer.AdmissionPolicy;
import picocli.CommandLine.Option;

/** Whether a capture asks the gate before it sends page contents. */
final class AdmissionOptions {
    @Option(
            names = "--admission",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = {
                "Whether to wait until 'vmcore-stream admit' lets page contents be sent: auto where one",
                "runs, always, or never (default: ${DEFAULT-VALUE}). With auto no dump is lost to a gate:",
                "when it is gone, or nothing moves for the timeout, the capture goes on. With always it",
                "fails then."
            })
    private AdmissionPolicy.Mode mode;

    @Option(
            names = "--admission-timeout",
            paramLabel = "DURATION",
            defaultValue = "PT15M",
            converter = DurationConverter.class,
            description = "How long to wait while no dump is granted or released (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    /** What was asked for. */
    AdmissionPolicy policy() {
        return new AdmissionPolicy(mode, timeout);
    }
}
