// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.util.List;

/**
 * One kernel: a method of a benchmark, and how its speed is told.
 *
 * @param name what it does, as the table says
 * @param method class and method
 * @param unit what its speed is counted in
 * @param inputs what it is measured on
 * @param target what it should reach at least on vmcores, 0 where nobody said
 * @param targetOfDifferent the same on pages of which none is like another
 * @param limit what it cannot be faster than
 */
record Kernel(
        String name,
        String method,
        Unit unit,
        List<String> inputs,
        double target,
        double targetOfDifferent,
        Limit limit) {
    /** What speeds are counted in. */
    enum Unit {
        /** Million page frames a second. */
        PAGES("Mpages/s", 1e-6),
        /** Million bytes of page contents a second. */
        BYTES("MB/s", 1e-6);

        private final String text;
        private final double factor;

        Unit(String text, double factor) {
            this.text = text;
            this.factor = factor;
        }

        String text() {
            return text;
        }

        double factor() {
            return factor;
        }
    }

    /** What bounds a kernel. */
    enum Limit {
        /** Nothing but the instructions of the core: what it reads and writes stays in its caches. */
        CORE,
        /** The codec's own work. */
        CODEC,
        /** Reading memory. */
        MEMORY_READ,
        /** Reading memory and writing it elsewhere. */
        MEMORY_COPY,
        /** Reading 64 bytes of struct page for each page frame out of the page cache. */
        PAGE_CACHE,
        /** It is a limit itself. */
        NONE
    }

    private static final double VERDICTS_TYPICAL = 500;
    private static final double VERDICTS_ADVERSARIAL = 50;
    private static final double DESCRIPTORS = 50;

    /** All kernels of a group. */
    static List<Kernel> group(String group, List<String> vmcores) {
        List<String> first = vmcores.subList(0, 1);
        return switch (group) {
            case "memory" ->
                List.of(
                        new Kernel("read memory", "MemoryBenchmark.read", Unit.BYTES, List.of("-"), 0, 0, Limit.NONE),
                        new Kernel("copy memory", "MemoryBenchmark.copy", Unit.BYTES, List.of("-"), 0, 0, Limit.NONE),
                        new Kernel(
                                "read page cache", "MemoryBenchmark.pageCache", Unit.BYTES, first, 0, 0, Limit.NONE));
            case "describe" -> {
                List<String> both = Inputs.both(vmcores);
                yield List.of(
                        describing("struct pages to descriptors", "DescribeBenchmark.describe", both, DESCRIPTORS),
                        describing("struct pages to bytes", "DescribeBenchmark.describeAndEncode", both, 0));
            }
            case "verdicts" ->
                List.of(
                        deciding("descriptors to verdicts", "MetadataBenchmark.decide", vmcores),
                        deciding("bytes to verdicts", "MetadataBenchmark.decodeAndDecide", vmcores));
            case "metadata" ->
                List.of(
                        core("encode descriptors", "MetadataBenchmark.encodeDescriptors", Inputs.both(first)),
                        core("decode descriptors", "MetadataBenchmark.decodeDescriptors", Inputs.both(first)),
                        core("encode verdicts", "MetadataBenchmark.encodeVerdicts", Inputs.both(first)),
                        core("decode verdicts", "MetadataBenchmark.decodeVerdicts", Inputs.both(first)),
                        core("encode memmap", "MemmapBenchmark.encode", first),
                        core("decode memmap", "MemmapBenchmark.decode", first));
            case "pages" ->
                List.of(
                        bytes("zero test, pages kept", "PageBenchmark.zeroTest", first, Limit.CORE),
                        bytes("zero test, zero pages", "PageBenchmark.zeroTestOfZeros", first, Limit.MEMORY_READ),
                        bytes("encode page index", "PageBenchmark.encodeIndex", first, Limit.CORE),
                        bytes("decode page index", "PageBenchmark.decodeIndex", first, Limit.CORE),
                        bytes("place stored pages", "PageBenchmark.place", first, Limit.MEMORY_COPY));
            case "compress" -> List.of(bytes("compress", "CodecBenchmark.compress", first, Limit.CODEC));
            case "decompress" -> List.of(bytes("decompress", "CodecBenchmark.decompress", first, Limit.CODEC));
            default -> throw new IllegalArgumentException("group " + group + ", expected one of " + GROUPS);
        };
    }

    /** Names of the groups, in their order. */
    static final List<String> GROUPS =
            List.of("memory", "describe", "verdicts", "metadata", "pages", "compress", "decompress");

    /** The target of an input, 0 where nobody said. */
    double targetOf(String input) {
        return Inputs.DIFFERENT.contains(input) ? targetOfDifferent : target;
    }

    private static Kernel describing(String name, String method, List<String> inputs, double target) {
        return new Kernel(name, method, Unit.PAGES, inputs, target, target, Limit.PAGE_CACHE);
    }

    private static Kernel deciding(String name, String method, List<String> vmcores) {
        return new Kernel(
                name, method, Unit.PAGES, Inputs.both(vmcores), VERDICTS_TYPICAL, VERDICTS_ADVERSARIAL, Limit.CORE);
    }

    private static Kernel core(String name, String method, List<String> inputs) {
        return new Kernel(name, method, Unit.PAGES, inputs, 0, 0, Limit.CORE);
    }

    private static Kernel bytes(String name, String method, List<String> inputs, Limit limit) {
        return new Kernel(name, method, Unit.BYTES, inputs, 0, 0, limit);
    }
}
