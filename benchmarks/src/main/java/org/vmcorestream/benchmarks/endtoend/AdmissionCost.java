// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.vmcorestream.vmcore.codec.PageCodec;

/**
 * What it costs one dump to ask for admission: {@code produce --admission never} and {@code --admission auto} in turns, each
 * round in another order. Appends a row of medians; differences are those of each pair.
 */
public final class AdmissionCost {
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;
    private static final double MILLIS = 1e3;

    private final Arguments given;
    private final Path vmcore;
    private final Fleet fleet;
    private final VmcoreStream stream;
    private final Series series = new Series();

    private AdmissionCost(Arguments given) {
        this.given = given;
        vmcore = given.path("vmcore");
        fleet = given.fleet();
        stream = new VmcoreStream(given.path("program"), given.path("scratch"), given.seconds("limit"));
    }

    /**
     * Takes pairs of name and value; {@code benchmarks/admission} gives them.
     *
     * <p>Ends with 0 when the row was written, 1 when something failed; one line on standard error says what.
     */
    public static void main(String[] arguments) throws InterruptedException {
        Arguments given = new Arguments(arguments);
        try {
            new AdmissionCost(given).measure();
        } catch (IOException e) {
            System.err.println("admission: " + given.path("vmcore").getFileName() + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private void measure() throws IOException, InterruptedException {
        int rounds = given.number("rounds");
        for (int round = 1; round <= rounds; round++) {
            send(round % 2 == 1 ? "never" : "auto", round);
            send(round % 2 == 1 ? "auto" : "never", round);
        }
        new Row()
                .cell("gate", given.text("gate"))
                .cell("vmcore", vmcore.getFileName())
                .cell("rounds", rounds)
                .cell("never: file in place s", series.median("never wall"), 3)
                .cell("auto: file in place s", series.median("auto wall"), 3)
                .cell("difference ms", MILLIS * series.medianDifference("auto wall", "never wall"), 0)
                .cell("never: produce CPU s", series.median("never CPU"), 3)
                .cell("auto: produce CPU s", series.median("auto CPU"), 3)
                .cell("CPU difference ms", MILLIS * series.medianDifference("auto CPU", "never CPU"), 0)
                .appendTo(given.path("rows"));
    }

    private void send(String admission, int round) throws IOException, InterruptedException {
        String rules = "level-" + given.number("level");
        PageCodec codec = given.codec();
        Removal.settle(given.path("scratch"));
        VmcoreStream.Sent sent = stream.send(fleet, vmcore, rules, rules, codec, 1, List.of("--admission", admission));
        Removal.ofFolderOf(sent.file());
        series.add(admission + " wall", sent.wallNanos() / NANOS);
        series.add(admission + " CPU", sent.produce().cpuMicros() / MICROS);
        System.err.printf(
                Locale.ROOT,
                "admission: %s, gate %s, %s, round %d: file in place after %.3f s%n",
                vmcore.getFileName(),
                given.text("gate"),
                admission,
                round,
                sent.wallNanos() / NANOS);
    }
}
