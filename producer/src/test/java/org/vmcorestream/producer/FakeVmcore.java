// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.MemoryMap;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.log.CrashReason;
import org.vmcorestream.vmcore.log.KernelLog;
import org.vmcorestream.vmcore.memory.RunLookup;

/** A vmcore made up in memory, which writes down what is read of it and fails where it is told to. */
final class FakeVmcore implements Vmcore {
    static final int PAGE = 4096;
    static final int STRUCT_PAGE = 64;
    static final int BUDDY = -129;
    static final int UNACCEPTED = 0xf8000000;

    /** What a page holds. */
    enum Content {
        ZERO,
        TEXT,
        NOISE
    }

    private final List<PfnRun> present = new ArrayList<>();
    private final List<PfnRun> backed = new ArrayList<>();
    private final TreeMap<Long, Descriptor> heads = new TreeMap<>();
    private final Map<Long, Content> contents = new ConcurrentHashMap<>();
    private Content otherContents = Content.TEXT;
    private final Map<Long, Integer> singleBytes = new ConcurrentHashMap<>();
    private PfnRun sparse = new PfnRun(Long.MAX_VALUE - 1, Long.MAX_VALUE);
    private long unreadable = -1;
    private long undescribable = -1;
    private final Map<Long, Long> memmaps = new TreeMap<>();
    private Runnable whenReading = () -> {};

    final Set<Long> pagesRead = new ConcurrentSkipListSet<>();
    final Set<String> hints = ConcurrentHashMap.newKeySet();
    final Set<String> readTwice = ConcurrentHashMap.newKeySet();
    String vmcoreInfo = "OSRELEASE=6.12.0-fake\nPAGESIZE=4096\n";
    byte[] log = "[    1.000000] Kernel panic - not syncing: fake\n".getBytes(StandardCharsets.UTF_8);
    boolean logComplete = true;
    String logProblem = "";

    /** Memory with bytes in the file. */
    FakeVmcore memory(long first, long end) {
        present.add(new PfnRun(first, end));
        backed.add(new PfnRun(first, end));
        return this;
    }

    /** Memory of which the file holds only the first part. */
    FakeVmcore memory(long first, long backedEnd, long end) {
        present.add(new PfnRun(first, end));
        backed.add(new PfnRun(first, backedEnd));
        return this;
    }

    FakeVmcore free(long pfn, int order) {
        heads.put(pfn, new Descriptor(0, BUDDY, order << Descriptor.BUDDY_ORDER_SHIFT));
        return this;
    }

    /** Pages of files, which dump level 31 leaves out. */
    FakeVmcore cache(long first, long end) {
        for (long pfn = first; pfn < end; pfn++) {
            heads.put(pfn, new Descriptor(1 << 5, -1, 0));
        }
        return this;
    }

    FakeVmcore unaccepted(long pfn) {
        heads.put(pfn, new Descriptor(0, UNACCEPTED, 0));
        return this;
    }

    FakeVmcore contents(long first, long end, Content content) {
        for (long pfn = first; pfn < end; pfn++) {
            contents.put(pfn, content);
        }
        return this;
    }

    FakeVmcore otherContents(Content content) {
        otherContents = content;
        return this;
    }

    /** Sets one byte of a page to 1. */
    FakeVmcore singleByte(long pfn, int at) {
        singleBytes.put(pfn, at);
        return this;
    }

    /** Pages of zeros that the file is sparse at. */
    FakeVmcore sparse(long first, long end) {
        sparse = new PfnRun(first, end);
        return contents(first, end, Content.ZERO);
    }

    FakeVmcore unreadable(long pfn) {
        unreadable = pfn;
        return this;
    }

    /** Where the memory map of a chunk begins; all of it is there. */
    FakeVmcore memmap(long chunk, long frame) {
        memmaps.put(chunk, frame);
        return this;
    }

    FakeVmcore undescribable(long chunk) {
        undescribable = chunk;
        return this;
    }

    FakeVmcore whenReading(Runnable action) {
        whenReading = action;
        return this;
    }

    /** What a page holds, the same at every call. */
    byte[] page(long pfn) {
        byte[] page = new byte[PAGE];
        switch (contents.getOrDefault(pfn, otherContents)) {
            case ZERO -> {}
            case TEXT -> {
                byte[] text = ("page " + pfn + " ").getBytes(StandardCharsets.UTF_8);
                for (int i = 0; i < PAGE; i++) {
                    page[i] = text[i % text.length];
                }
            }
            case NOISE -> new Random(pfn).nextBytes(page);
        }
        if (singleBytes.containsKey(pfn)) {
            page[singleBytes.get(pfn)] = 1;
        }
        return page;
    }

    @Override
    public Path file() {
        return Path.of("folder", "fake.elf");
    }

    @Override
    public long fileSize() {
        return backed.stream().mapToLong(PfnRun::pages).sum() * PAGE;
    }

    @Override
    public MemoryMap memory() {
        return new MemoryMap() {
            @Override
            public long endPfn() {
                return present.isEmpty() ? 0 : present.get(present.size() - 1).endPfn();
            }

            @Override
            public List<PfnRun> present() {
                return present;
            }

            @Override
            public PfnSet backed() {
                return new RunLookup(backed);
            }
        };
    }

    @Override
    public PageFacts pageFacts() {
        return new PageFacts(
                12,
                11,
                OptionalInt.of(5),
                OptionalInt.of(13),
                OptionalInt.of(10),
                OptionalInt.of(19),
                OptionalInt.empty(),
                OptionalInt.of(22),
                1 << 6,
                OptionalInt.of(BUDDY),
                OptionalInt.of(-257),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(UNACCEPTED));
    }

    @Override
    public int structPageSize() {
        return STRUCT_PAGE;
    }

    @Override
    public SparsePfnBitmap memmap() {
        SparsePfnBitmap all = new SparsePfnBitmap(memory().endPfn(), memmaps.size() + 1);
        memmaps.values().forEach(frame -> all.add(frame, frame + MemmapRuns.pages(STRUCT_PAGE, PAGE)));
        return all;
    }

    @Override
    public byte[] vmcoreInfoText() {
        return vmcoreInfo.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] notes() {
        return new byte[] {1, 2, 3, 4};
    }

    @Override
    public KernelIdentity kernel() {
        return new KernelIdentity("Linux", "guest", "6.12.0-fake", "#1", "x86_64", "(none)", "abcd", 2, 0x1000);
    }

    @Override
    public KernelLog kernelLog() {
        return new KernelLog(log, logComplete, logProblem, new CrashReason("fake panic", List.of("f", "g"), 1.0));
    }

    @Override
    public ChunkDescriber describer() {
        return new ChunkDescriber() {
            @Override
            public void describe(long chunk, ChunkDescriptors into) throws IOException {
                FakeVmcore.this.describe(chunk, into);
            }

            @Override
            public void memmap(long chunk, MemmapRuns into) {
                into.begin();
                if (memmaps.containsKey(chunk)) {
                    into.append(0, memmaps.get(chunk), MemmapRuns.pages(STRUCT_PAGE, PAGE));
                }
            }
        };
    }

    private void describe(long chunk, ChunkDescriptors into) throws IOException {
        if (chunk == undescribable) {
            throw new VmcoreException("folder/fake.elf: chunk " + chunk + " contradicts itself");
        }
        long first = Chunk.firstPfn(chunk);
        into.begin(first);
        long end = Math.min(first + Chunk.PAGES, memory().endPfn());
        for (long pfn = first; pfn < end; pfn++) {
            Descriptor d = heads.getOrDefault(pfn, new Descriptor(0, -1, 0));
            int gone = !isIn(present, pfn) ? Descriptor.HOLE : !isIn(backed, pfn) ? Descriptor.NO_DATA : 0;
            if (gone != 0) {
                into.append(0, 0, gone, 1);
            } else {
                into.append(d.flags(), d.mapcount(), d.shape(), 1);
            }
        }
    }

    private static boolean isIn(List<PfnRun> runs, long pfn) {
        return runs.stream().anyMatch(run -> pfn >= run.firstPfn() && pfn < run.endPfn());
    }

    @Override
    public OptionalLong physicalAddress(long virtualAddress) {
        return OptionalLong.empty();
    }

    @Override
    public PageReader pages() {
        return new PageReader() {
            @Override
            public void read(long first, int count, ByteBuffer into) throws IOException {
                FakeVmcore.this.read(first, count, into);
            }

            @Override
            public int holePages(long first, int pages) {
                return first >= sparse.firstPfn() && first < sparse.endPfn()
                        ? (int) Math.min(pages, sparse.endPfn() - first)
                        : 0;
            }

            @Override
            public int dataPages(long first, int pages) {
                return first < sparse.firstPfn() ? (int) Math.min(pages, sparse.firstPfn() - first) : pages;
            }

            @Override
            public void willNeed(long first, int pages) {
                hints.add("need " + first + " " + pages);
            }
        };
    }

    private void read(long first, int count, ByteBuffer into) throws IOException {
        whenReading.run();
        for (long pfn = first; pfn < first + count; pfn++) {
            if (!isIn(backed, pfn)) {
                throw new VmcoreException("page frame " + pfn + " is not backed");
            }
            if (pfn == unreadable) {
                throw new VmcoreException("folder/fake.elf: page frame " + pfn + "\ncannot be read");
            }
            if (!pagesRead.add(pfn)) {
                readTwice.add("pfn " + pfn);
            }
            into.put(page(pfn));
        }
    }

    @Override
    public void close() {}
}
