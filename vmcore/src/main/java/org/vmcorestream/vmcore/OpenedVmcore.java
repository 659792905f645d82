// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.log.KernelLog;
import org.vmcorestream.vmcore.log.KernelLogReader;
import org.vmcorestream.vmcore.machine.KernelMap;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.os.KernelIdentityReader;
import org.vmcorestream.vmcore.page.MemmapFrames;
import org.vmcorestream.vmcore.page.PageLayout;
import org.vmcorestream.vmcore.page.PageVocabulary;
import org.vmcorestream.vmcore.page.SparseMemory;
import org.vmcorestream.vmcore.page.SparseMemoryReader;
import org.vmcorestream.vmcore.page.StructPageDescriber;
import org.vmcorestream.vmcore.paging.KernelMemory;

/** The kernel in a dump, whatever the format of its files. */
final class OpenedVmcore implements Vmcore {
    /** Longest memory that a {@link PfnBitmap} can hold. */
    private static final long MAX_END_PFN = 1L << 37;

    private static final int MAX_DUMP_LEVEL = 31;

    private final DumpContainer dump;
    private final VmcoreInfo info;
    private final Machine machine;
    private final PageFacts facts;
    private final PageLayout layout;
    private final PhysicalMemory physical;
    private final KernelMap kernelMap;
    private final SparseMemory sections;
    private final Frames frames;
    private final KernelIdentity kernel;
    private final PageReader pages;
    private KernelLog log;
    private MemmapFrames.Survey memmapSurvey;

    private OpenedVmcore(DumpContainer dump) throws IOException {
        this.dump = dump;
        String source = dump.file().toString();
        info = new VmcoreInfo(source, dump.vmcoreInfo());
        machine = dump.machine(info);
        facts = PageVocabulary.read(source, info, machine);
        layout = PageLayout.read(source, info, facts);
        physical = dump.memory();
        kernelMap = machine.kernelMap(source, info, facts.pageShift(), dump.physBase());
        KernelMemory memory = kernelMap.memory(physical);
        Frames all = dump.frames(facts.pageShift());
        sections = SparseMemoryReader.read(
                source,
                info,
                machine.sections(info, facts.pageShift()),
                memory,
                layout.size(),
                facts.pageShift(),
                all.endPfn());
        frames = all.below(sections.endPfn());
        if (frames.endPfn() > MAX_END_PFN) {
            throw new UnsupportedVmcoreException(
                    source + ": memory up to page frame " + frames.endPfn() + ", expected at most " + MAX_END_PFN);
        }
        kernel = KernelIdentityReader.read(info, machine, memory, dump.cpus(), kernelMap.physBase());
        pages = dump.pages(facts.pageShift());
    }

    /**
     * Finds the kernel in a dump.
     *
     * @param dump closed with the vmcore, and when it cannot be opened
     */
    static OpenedVmcore of(DumpContainer dump) throws IOException {
        try {
            return new OpenedVmcore(dump);
        } catch (CorruptVmcoreException e) {
            dump.close();
            throw dump.incomplete()
                    ? new CorruptVmcoreException(e.getMessage()
                            + (dump.cut().isPresent() ? " (the dump was cut)" : " (the dump is incomplete)"))
                    : e;
        } catch (IOException | RuntimeException e) {
            dump.close();
            throw e;
        }
    }

    @Override
    public Path file() {
        return dump.file();
    }

    @Override
    public long fileSize() {
        return dump.fileSize();
    }

    @Override
    public Optional<String> cut() {
        return dump.cut();
    }

    @Override
    public boolean incomplete() {
        return dump.incomplete();
    }

    @Override
    public int dumpLevel() {
        return dump.dumpLevel() & MAX_DUMP_LEVEL;
    }

    @Override
    public long timestamp() {
        return Math.max(0, dump.timestamp());
    }

    @Override
    public MemoryMap memory() {
        return frames;
    }

    @Override
    public PageFacts pageFacts() {
        return facts;
    }

    @Override
    public byte[] vmcoreInfoText() {
        return dump.vmcoreInfo().clone();
    }

    @Override
    public byte[] notes() {
        return dump.notes().clone();
    }

    @Override
    public KernelIdentity kernel() {
        return kernel;
    }

    @Override
    public synchronized KernelLog kernelLog() {
        if (log == null) {
            log = KernelLogReader.read(info, kernelMap.memory(physical));
        }
        return log;
    }

    @Override
    public ChunkDescriber describer() {
        return new StructPageDescriber(frames, sections, kernelMap.memory(physical), layout, facts, this::memmapFrames);
    }

    private MemmapFrames memmapFrames() throws IOException {
        return MemmapFrames.of(
                memmapSurvey(), sections, kernelMap.tables(physical), layout, facts.pageShift(), frames.endPfn());
    }

    private synchronized MemmapFrames.Survey memmapSurvey() throws IOException {
        if (memmapSurvey == null) {
            memmapSurvey = MemmapFrames.survey(
                    sections, kernelMap.tables(physical), layout, facts.pageShift(), frames.endPfn());
        }
        return memmapSurvey;
    }

    @Override
    public SparsePfnBitmap memmap() throws IOException {
        return memmapSurvey().all();
    }

    @Override
    public int structPageSize() {
        return layout.size();
    }

    @Override
    public PageReader pages() {
        return pages;
    }

    @Override
    public OptionalLong physicalAddress(long virtualAddress) throws IOException {
        return kernelMap.memory(physical).physicalAddress(virtualAddress);
    }

    @Override
    public void close() throws IOException {
        dump.close();
    }
}
