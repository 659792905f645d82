// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** How long a capture waits for a cluster that went away. */
final class PatienceOption {
    private static final String DELIVERY = "delivery.timeout.ms";
    private static final String REQUEST = "request.timeout.ms";
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofDays(20);

    /** A request may take half a minute where nothing else is said; Kafka wants more than that for the whole way. */
    private static final Duration SHORT = Duration.ofMinutes(1);

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = {
                "How long to wait in the middle for a cluster that does not answer (default: PT1H, or what",
                "delivery.timeout.ms of the command config says). It takes no more memory meanwhile."
            })
    private Duration patience;

    /** Settings of the clients of a capture. */
    Map<String, Object> over(Map<String, Object> client) {
        if (patience != null && (patience.compareTo(LEAST) < 0 || patience.compareTo(MOST) > 0)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--patience " + patience + ", expected " + LEAST + " to PT" + MOST.toHours() + "H");
        }
        Map<String, Object> settings = new HashMap<>(client);
        if (patience != null || !client.containsKey(DELIVERY)) {
            Duration chosen = patience == null ? USUAL : patience;
            settings.put(DELIVERY, Long.toString(chosen.toMillis()));
            if (chosen.compareTo(SHORT) < 0) {
                settings.putIfAbsent(REQUEST, Long.toString(chosen.toMillis() / 2));
            }
        }
        return settings;
    }
}
