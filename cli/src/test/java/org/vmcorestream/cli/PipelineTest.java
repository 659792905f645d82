// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.MemoryMap;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;
import org.vmcorestream.vmcore.log.KernelLog;

/** The whole line where several things happen at once, and what it must never do. */
class PipelineTest {
    private static final long GIB = 1L << 30;

    /** Unaccepted blocks of the demo vmcore, 104 to 152 MiB: see demo/README.md. */
    private static final int UNACCEPTED_FIRST = 104 << 8;

    private static final int UNACCEPTED_END = 152 << 8;

    @TempDir
    private static Path folder;

    private static Line line;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, 6);
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 31})
    void shouldNotReadOnePageOfUnacceptedMemory(int level) throws Exception {
        BitSet read = pagesReadWhenCapturing(BuiltInRuleSets.level(level));
        assertThat(read.get(UNACCEPTED_FIRST, UNACCEPTED_END).stream().limit(10).toArray())
                .as("unaccepted page frames (at most 10, from %d on) that were read", UNACCEPTED_FIRST)
                .isEmpty();
        assertThat(read.cardinality()).isPositive();
    }

    @Test
    void shouldNotReadUnacceptedMemoryWithTheUsualCapture() throws Exception {
        BitSet read = pagesReadWhenCapturing(BuiltInRuleSets.capture());
        assertThat(read.get(UNACCEPTED_FIRST, UNACCEPTED_END).isEmpty()).isTrue();
    }

    @Test
    void shouldReadUnacceptedMemoryWhereTheLevelKeepsIt() throws Exception {
        BitSet read = pagesReadWhenCapturing(BuiltInRuleSets.level(15));
        assertThat(read.get(UNACCEPTED_FIRST, UNACCEPTED_END).cardinality())
                .isEqualTo(UNACCEPTED_END - UNACCEPTED_FIRST);
    }

    private static BitSet pagesReadWhenCapturing(RuleSet capture) throws Exception {
        try (Watched vmcore = new Watched(Vmcore.open(ExpectedDump.demo().vmcore(folder)))) {
            line.capture(vmcore, capture, List.of(capture.name()), PageCodec.ZSTD, GIB);
            return vmcore.read;
        }
    }

    @Test
    void shouldMakeTheSameBytesAgain() throws Exception {
        Path elf = ExpectedDump.demo().vmcore(folder);
        String dumpId;
        try (Vmcore vmcore = Vmcore.open(elf)) {
            dumpId = line.capture(
                            vmcore, BuiltInRuleSets.capture(), List.of("level-31", "level-17"), PageCodec.ZSTD, GIB)
                    .dumpId();
        }
        Map<String, DumpFile> first = filesOf(dumpId, 2, "again-1");
        line.forgetFiles(dumpId, first.keySet());
        Map<String, DumpFile> second = filesOf(dumpId, 2, "again-2");
        assertThat(first).containsOnlyKeys("level-31", "level-17");
        for (String ruleSet : first.keySet()) {
            assertThat(FileCheck.path(second.get(ruleSet))).hasSameBinaryContentAs(FileCheck.path(first.get(ruleSet)));
            assertThat(second.get(ruleSet).getDigest())
                    .isEqualTo(first.get(ruleSet).getDigest());
        }
    }

    private static Map<String, DumpFile> filesOf(String dumpId, int count, String group) throws Exception {
        Line.Sink sink = line.sink(group, folder.resolve(group), Optional.empty(), 2);
        try {
            Map<String, DumpFile> files = new HashMap<>();
            while (files.size() < count) {
                DumpFile file = sink.next();
                if (file.getDumpId().equals(dumpId)) {
                    files.put(file.getRuleSet(), file);
                }
            }
            return files;
        } finally {
            sink.close();
        }
    }

    @Test
    void shouldMakeFilesOfSeveralDumpsAtOnceWithTwoProducersAndTwoSinks() throws Exception {
        int dumps = 6;
        Line.Sink one = line.sink("shared", folder.resolve("one"), Optional.empty(), 2);
        Line.Sink two = line.sink("shared", folder.resolve("two"), Optional.empty(), 2);
        Map<String, SyntheticVmcore> sent = new HashMap<>();
        ExecutorService producers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Map.Entry<String, SyntheticVmcore>>> captures = IntStream.range(0, dumps)
                    .mapToObj(i -> producers.submit(() -> capture(i)))
                    .toList();
            for (Future<Map.Entry<String, SyntheticVmcore>> capture : captures) {
                Map.Entry<String, SyntheticVmcore> done = capture.get(120, TimeUnit.SECONDS);
                sent.put(done.getKey(), done.getValue());
            }
            Set<String> wanted = new HashSet<>(sent.keySet());
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (!wanted.isEmpty()) {
                assertThat(System.nanoTime())
                        .as("dumps without a file: %s", wanted)
                        .isLessThan(deadline);
                Optional<DumpFile> made = one.poll(100).or(() -> two.poll(100));
                if (made.isPresent() && wanted.remove(made.get().getDumpId())) {
                    isOf(made.get(), sent.get(made.get().getDumpId()));
                }
            }
        } finally {
            producers.shutdownNow();
            one.close();
            two.close();
        }
    }

    private static Map.Entry<String, SyntheticVmcore> capture(int number) throws Exception {
        SyntheticVmcore guest = SyntheticVmcore.write(
                folder.resolve("guest-" + number + ".elf"),
                String.join(
                        "\n",
                        "kernel 7.2",
                        "memory 0-48M",
                        "nodename \"guest-" + number + "\"",
                        "fill 9216..10240 random seed=" + number,
                        "pages 4096..8192 unaccepted",
                        "pages 8192..9216 buddy order=10",
                        "pages " + (10240 + number) + ".." + (10300 + number) + " anon lru swapbacked mapped",
                        "panic \"guest " + number + "\""));
        try (Vmcore vmcore = Vmcore.open(guest.file())) {
            Capture.Result result =
                    line.capture(vmcore, BuiltInRuleSets.capture(), List.of("level-31"), PageCodec.SNAPPY, GIB);
            return Map.entry(result.dumpId(), guest);
        }
    }

    private static void isOf(DumpFile file, SyntheticVmcore guest) throws IOException {
        assertThat(file.getProblems()).isEmpty();
        assertThat(file.getComplete()).isTrue();
        try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
            assertThat(kdump.keptPages()).isEqualTo(guest.endPfn() - 4096 - 1024 - 60);
            ByteBuffer page = ByteBuffer.allocate(1 << guest.pageShift());
            for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
                kdump.readPage(pfn, page.clear());
                assertThat(page.array()).as("page frame %d", pfn).isEqualTo(guest.page(pfn));
            }
        }
        Files.delete(FileCheck.path(file));
    }

    /** A machine with a little memory in each of three GiB. */
    private static SyntheticVmcore wide(String name) throws IOException {
        return SyntheticVmcore.write(
                folder.resolve(name),
                String.join(
                        "\n",
                        "kernel 6.16",
                        "memory 0-32M",
                        "memory 1G-1056M",
                        "memory 3G-3104M",
                        "pages 266240..267264 buddy order=10",
                        "panic \"wide\""));
    }

    /** Every part is a sink's of its own where there are three; one that ends in between leaves its parts to the others. */
    @Test
    void shouldJoinThePartsOfSeveralSinksToTheFileOfOne() throws Exception {
        Path elf = wide("parts.elf").file();
        Line.Sink alone = line.sink("alone", folder.resolve("alone"), Optional.empty(), 1);
        Path single;
        try (Vmcore vmcore = Vmcore.open(elf)) {
            String dumpId = line.capture(vmcore, BuiltInRuleSets.level(31), List.of("level-31"), PageCodec.ZSTD, GIB)
                    .dumpId();
            DumpFile file = alone.next();
            while (!file.getDumpId().equals(dumpId)) {
                file = alone.next();
            }
            single = FileCheck.path(file);
        } finally {
            alone.close();
        }

        List<Line.Sink> sinks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sinks.add(line.sink("three", folder.resolve("three-" + i), Optional.empty(), 1));
        }
        Map<Integer, Path> parts = new HashMap<>();
        try (Vmcore vmcore = Vmcore.open(elf)) {
            String dumpId = line.capture(vmcore, BuiltInRuleSets.level(31), List.of("level-31"), PageCodec.ZSTD, GIB, 3)
                    .dumpId();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (parts.size() < 3) {
                assertThat(System.nanoTime())
                        .as("parts made: %s", parts.keySet())
                        .isLessThan(deadline);
                for (Line.Sink sink : sinks) {
                    Optional<DumpFile> made =
                            sink.poll(50).filter(file -> file.getDumpId().equals(dumpId));
                    if (made.isPresent()) {
                        assertThat(made.get().getComplete())
                                .as("%s", made.get().getProblems())
                                .isTrue();
                        if (parts.isEmpty()) {
                            sink.close();
                        }
                        parts.put(made.get().getPart(), FileCheck.path(made.get()));
                    }
                }
            }
        } finally {
            sinks.forEach(Line.Sink::close);
        }
        Path out = folder.resolve("joined.kdump");
        Captured.Result result = Captured.run("assemble", out, parts.get(2), parts.get(0), parts.get(1));
        assertThat(result.err()).doesNotContain("vmcore-stream:");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("joined.kdump: 23552 pages of 3 parts, " + Files.size(single) + " bytes");
        assertThat(out).hasSameBinaryContentAs(single);
    }

    @Test
    void shouldCutADumpIntoStripesThatTravelOnSeveralPartitions() throws Exception {
        SyntheticVmcore guest = wide("wide.elf");
        Line.Sink sink = line.sink("wide", folder.resolve("wide"), Optional.empty(), 1);
        try (Vmcore vmcore = Vmcore.open(guest.file())) {
            Capture.Result result =
                    line.capture(vmcore, BuiltInRuleSets.level(31), List.of("level-31"), PageCodec.ZSTD, GIB);
            assertThat(result.stripes()).isGreaterThan(1);
            DumpFile file = sink.next();
            while (!file.getDumpId().equals(result.dumpId())) {
                file = sink.next();
            }
            assertThat(file.getComplete()).as("%s", file.getProblems()).isTrue();
            try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
                assertThat(kdump.presentPages()).isEqualTo(3 * 8192);
                assertThat(kdump.keptPages()).isEqualTo(3 * 8192 - 1024);
                ByteBuffer page = ByteBuffer.allocate(1 << guest.pageShift());
                for (long pfn = kdump.nextKept(0); pfn >= 0; pfn = kdump.nextKept(pfn + 1)) {
                    kdump.readPage(pfn, page.clear());
                    assertThat(page.array()).as("page frame %d", pfn).isEqualTo(guest.page(pfn));
                }
            }
        } finally {
            sink.close();
        }
    }

    /** A vmcore that notes which pages are read. */
    private static final class Watched implements Vmcore {
        private final Vmcore vmcore;
        private final BitSet read = new BitSet();

        Watched(Vmcore vmcore) {
            this.vmcore = vmcore;
        }

        @Override
        public PageReader pages() {
            PageReader reader = vmcore.pages();
            return new PageReader() {
                @Override
                public void read(long firstPfn, int pages, ByteBuffer into) throws IOException {
                    synchronized (read) {
                        read.set((int) firstPfn, (int) firstPfn + pages);
                    }
                    reader.read(firstPfn, pages, into);
                }
            };
        }

        @Override
        public Path file() {
            return vmcore.file();
        }

        @Override
        public long fileSize() {
            return vmcore.fileSize();
        }

        @Override
        public MemoryMap memory() {
            return vmcore.memory();
        }

        @Override
        public PageFacts pageFacts() {
            return vmcore.pageFacts();
        }

        @Override
        public int structPageSize() {
            return vmcore.structPageSize();
        }

        @Override
        public byte[] vmcoreInfoText() {
            return vmcore.vmcoreInfoText();
        }

        @Override
        public byte[] notes() {
            return vmcore.notes();
        }

        @Override
        public KernelIdentity kernel() {
            return vmcore.kernel();
        }

        @Override
        public KernelLog kernelLog() {
            return vmcore.kernelLog();
        }

        @Override
        public ChunkDescriber describer() throws IOException {
            return vmcore.describer();
        }

        @Override
        public OptionalLong physicalAddress(long virtualAddress) throws IOException {
            return vmcore.physicalAddress(virtualAddress);
        }

        @Override
        public void close() throws IOException {
            vmcore.close();
        }
    }
}
