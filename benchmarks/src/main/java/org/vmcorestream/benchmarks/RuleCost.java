// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What rules in CEL cost against the built-in level 31: runs {@link DecideBenchmark} in short rounds, the rule sets taking
 * turns, and prints the time that each stays below in one of twenty samples, the least of all rounds, and the ratio. Of a busy
 * machine that is the part that other programs have not disturbed.
 */
public final class RuleCost {
    private static final int ROUNDS = 3;
    private static final double PERCENTILE = 5;

    private RuleCost() {}

    /** Takes the paths of vmcores, decided besides the synthetic pages. */
    public static void main(String[] arguments) throws RunnerException {
        List<String> pages = new ArrayList<>(List.of(Chunks.EVERYDAY, Chunks.ALL_DIFFERENT));
        for (String argument : arguments) {
            if (!Files.isReadable(Path.of(argument))) {
                System.err.println("benchmarks: " + argument + " cannot be read, expected the path of a vmcore");
                System.exit(2);
            }
            pages.add(Path.of(argument).toAbsolutePath().toString());
        }
        Map<String, Double> times = new TreeMap<>();
        for (int round = 1; round <= ROUNDS; round++) {
            System.err.println("benchmarks: round " + round + " of " + ROUNDS);
            for (RunResult result : new Runner(new OptionsBuilder()
                            .include(DecideBenchmark.class.getName())
                            .param("pages", pages.toArray(String[]::new))
                            .verbosity(VerboseMode.SILENT)
                            .build())
                    .run()) {
                String key = result.getParams().getParam("pages")
                        + '\n'
                        + result.getParams().getParam("rules");
                times.merge(key, result.getPrimaryResult().getStatistics().getPercentile(PERCENTILE), Math::min);
            }
        }
        report(pages, times, System.out);
    }

    private static void report(List<String> pages, Map<String, Double> times, PrintStream out) {
        out.println("microseconds to decide all chunks, and the ratio to built-in level 31");
        for (String kind : pages) {
            double builtIn = times.get(kind + '\n' + DecideBenchmark.BUILT_IN);
            out.println(kind);
            for (String rules : List.of(DecideBenchmark.BUILT_IN, DecideBenchmark.TEXT, DecideBenchmark.TWENTY)) {
                double time = times.get(kind + '\n' + rules);
                out.printf("  %-14s %12.1f %8.2f%n", rules, time, time / builtIn);
            }
        }
    }
}
