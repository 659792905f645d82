// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures one group of kernels, each in a short run of a JVM of its own, and adds their rows to a file. What bounds a kernel is
 * looked up in the rows of the group {@code memory}, which come first. The group {@code settings} measures nothing and prints how it
 * is done.
 */
public final class KernelRun {
    private static final int WARMUPS = 3;
    private static final int ROUNDS = 5;
    private static final TimeValue TIME = TimeValue.milliseconds(250);
    private static final int PAGE = PageSample.PAGE;
    private static final int STRUCT_PAGE = 64;

    private static final List<String> COLUMNS = List.of(
            "kernel",
            "input",
            "unit",
            "value",
            "error",
            "allocated bytes/page",
            "stored bytes/page",
            "target",
            "limit",
            "limit value",
            "of limit");

    private final Path rows;

    private KernelRun(Path rows) {
        this.rows = rows;
    }

    /**
     * Takes a group, the file of the rows, which gets its columns where it is empty, and vmcores, one at least.
     *
     * @throws IOException when the file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException, RunnerException {
        if (Arrays.equals(arguments, new String[] {"settings"})) {
            System.out.printf(
                    Locale.ROOT,
                    "each row is one JVM on one core: %d iterations of %d ms behind %d to warm up; error is half of the mean's interval"
                            + " of 99.9 %%%n",
                    ROUNDS,
                    TIME.convertTo(TimeUnit.MILLISECONDS),
                    WARMUPS);
            return;
        }
        if (arguments.length < 3 || !Kernel.GROUPS.contains(arguments[0])) {
            System.err.println("kernels: expected one of " + Kernel.GROUPS + ", a file and vmcores");
            System.exit(2);
        }
        KernelRun run = new KernelRun(Path.of(arguments[1]));
        List<String> vmcores = Arrays.asList(arguments).subList(2, arguments.length);
        for (String vmcore : vmcores) {
            if (!Files.isReadable(Path.of(vmcore))) {
                System.err.println("kernels: " + vmcore + " cannot be read, expected a vmcore");
                System.exit(2);
            }
        }
        if (Files.size(run.rows) == 0) {
            run.add(COLUMNS);
        }
        for (Kernel kernel : Kernel.group(arguments[0], vmcores)) {
            run.measure(kernel);
        }
    }

    private void measure(Kernel kernel) throws IOException, RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\." + kernel.method().replace(".", "\\.") + "$")
                        .param("input", kernel.inputs().toArray(String[]::new))
                        .mode(Mode.Throughput)
                        .forks(1)
                        .warmupIterations(WARMUPS)
                        .warmupTime(TIME)
                        .measurementIterations(ROUNDS)
                        .measurementTime(TIME)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        for (RunResult result : results) {
            report(kernel, result);
        }
    }

    private void report(Kernel kernel, RunResult result) throws IOException {
        Map<String, Double> scores = new TreeMap<>();
        Map<String, Double> errors = new TreeMap<>();
        result.getSecondaryResults().forEach((name, measured) -> {
            scores.put(name, measured.getScore());
            errors.put(name, measured.getScoreError());
        });
        boolean pages = kernel.unit() == Kernel.Unit.PAGES;
        String counted = pages ? "pages" : "bytes";
        double value = scores.get(counted) * kernel.unit().factor();
        double error = errors.get(counted) * kernel.unit().factor();
        double pagesPerSecond = pages ? scores.get(counted) : scores.get(counted) / PAGE;
        double operations = result.getPrimaryResult().getScore();
        double allocated = scores.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(entry -> entry.getValue() * operations / pagesPerSecond)
                .sum();
        double stored = scores.getOrDefault("stored", 0.0) / pagesPerSecond;
        double target = kernel.targetOf(result.getParams().getParam("input"));
        double most = limit(kernel, stored);
        add(List.of(
                name(kernel, result),
                inputOf(result),
                kernel.unit().text(),
                number(value),
                number(error),
                String.format(Locale.ROOT, "%.2f", allocated),
                stored > 0 ? String.format(Locale.ROOT, stored < 10 ? "%.3f" : "%.0f", stored) : "-",
                target > 0 ? number(target) : "-",
                kernel.limit() == Kernel.Limit.NONE
                        ? "-"
                        : kernel.limit().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                most > 0 ? number(most) : "-",
                most > 0 ? String.format(Locale.ROOT, "%.2f", value / most) : "-"));
    }

    private static String name(Kernel kernel, RunResult result) {
        String codec = result.getParams().getParam("codec");
        return codec == null ? kernel.name() : kernel.name() + " " + CodecNames.of(codec);
    }

    private static String inputOf(RunResult result) {
        String input = result.getParams().getParam("input");
        Path name = Path.of(input).getFileName();
        return name == null ? input : name.toString().replaceFirst("\\.elf$", "");
    }

    /** What the kernel cannot exceed, in its own unit; 0 where nothing was measured that it could be held against. */
    private double limit(Kernel kernel, double stored) throws IOException {
        return switch (kernel.limit()) {
            case MEMORY_READ -> measured("read memory");
            case MEMORY_COPY -> stored > 0 ? measured("copy memory") * PAGE / stored : 0;
            case PAGE_CACHE -> measured("read page cache") / STRUCT_PAGE;
            case CORE, CODEC, NONE -> 0;
        };
    }

    private double measured(String kernel) throws IOException {
        return Files.readAllLines(rows).stream()
                .map(line -> line.split("\t"))
                .filter(cells -> cells[0].equals(kernel))
                .mapToDouble(cells -> Double.parseDouble(cells[COLUMNS.indexOf("value")]))
                .findFirst()
                .orElse(0);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private void add(List<String> cells) throws IOException {
        Files.writeString(rows, String.join("\t", cells) + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }
}
