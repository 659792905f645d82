// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Option;

/** A range of time, with the option names of Kafka's tool that resets offsets. The time of a dump is when it was opened. */
final class TimeOptions {
    /** Later than any dump id can say. */
    private static final Instant NEVER = Instant.ofEpochMilli((1L << 48) - 1);

    @Option(
            names = {"--from-datetime", "--from"},
            paramLabel = "TIME",
            converter = DateTimeConverter.class,
            description = "Dumps opened at this time or later: YYYY-MM-DDTHH:mm:SS.sss, in UTC.")
    private Instant from;

    @Option(
            names = {"--to-datetime", "--to"},
            paramLabel = "TIME",
            converter = DateTimeConverter.class,
            description = "Dumps opened before this time.")
    private Instant to;

    @Option(
            names = "--by-duration",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Dumps opened in the last so long: PnDTnHnMnS.")
    private Duration duration;

    /**
     * From when to before when.
     *
     * @param from the first moment
     * @param to the moment behind the last
     */
    record Range(Instant from, Instant to) {}

    /** Whether the user asked for any. */
    boolean given() {
        return from != null || to != null || duration != null;
    }

    /** The range; all of time where nothing was asked for. */
    Range range(Instant now) {
        if (duration != null && (from != null || to != null)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--by-duration stands beside --from-datetime or --to-datetime, expected one or the other");
        }
        Range range = new Range(from == null ? Instant.EPOCH : from, to == null ? NEVER : to);
        if (duration != null) {
            try {
                Instant begin = now.minus(duration);
                return new Range(begin.isBefore(Instant.EPOCH) ? Instant.EPOCH : begin, NEVER);
            } catch (DateTimeException | ArithmeticException e) {
                return new Range(Instant.EPOCH, NEVER);
            }
        }
        if (!range.from().isBefore(range.to())) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "dumps from " + range.from() + " to before " + range.to() + ", expected a later end");
        }
        return range;
    }
}
