// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.ElfNotes;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.log.KernelLog;
import org.vmcorestream.vmcore.log.KernelLogReader;
import org.vmcorestream.vmcore.memory.FrameRuns;
import org.vmcorestream.vmcore.memory.MemoryExtents;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.os.KernelIdentityReader;
import org.vmcorestream.vmcore.os.KernelMap;
import org.vmcorestream.vmcore.page.MemmapFrames;
import org.vmcorestream.vmcore.page.PageLayout;
import org.vmcorestream.vmcore.page.PageVocabulary;
import org.vmcorestream.vmcore.page.SparseMemory;
import org.vmcorestream.vmcore.page.SparseMemoryReader;
import org.vmcorestream.vmcore.page.StructPageDescriber;
import org.vmcorestream.vmcore.paging.KernelMemory;

/** A vmcore in ELF format. */
final class ElfVmcore implements Vmcore {
    /** Longest memory that a {@link PfnBitmap} can hold. */
    private static final long MAX_END_PFN = 1L << 37;

    private final DumpFile file;
    private final ElfNotes notes;
    private final VmcoreInfo info;
    private final PageFacts facts;
    private final PageLayout layout;
    private final PhysicalMemory physical;
    private final KernelMap kernelMap;
    private final SparseMemory sections;
    private final FrameRuns frames;
    private final KernelIdentity kernel;
    private final FilePageReader pages;
    private KernelLog log;
    private MemmapFrames.Survey memmapSurvey;

    private ElfVmcore(DumpFile file) throws IOException {
        this.file = file;
        String source = file.path().toString();
        ElfCore core = ElfCore.read(file);
        notes = ElfNotes.read(file, core.notes());
        info = new VmcoreInfo(source, notes.vmcoreInfo());
        facts = PageVocabulary.read(source, info);
        layout = PageLayout.read(source, info, facts);
        physical = new PhysicalMemory(file, MemoryExtents.of(core.loads()));
        kernelMap = KernelMap.read(source, info, core.loads());
        KernelMemory memory = kernelMap.memory(physical);
        FrameRuns all = FrameRuns.of(core.loads(), facts.pageShift());
        sections = SparseMemoryReader.read(source, info, memory, layout.size(), facts.pageShift(), all.endPfn());
        frames = all.below(sections.endPfn());
        if (frames.endPfn() > MAX_END_PFN) {
            throw new UnsupportedVmcoreException(
                    source + ": memory up to page frame " + frames.endPfn() + ", expected at most " + MAX_END_PFN);
        }
        kernel = KernelIdentityReader.read(info, memory, notes.prStatusCount(), kernelMap.physBase());
        pages = new FilePageReader(physical, frames.backed(), facts.pageShift());
    }

    /** Opens a vmcore whose reads are watched. */
    static ElfVmcore open(Path path, DumpFile.ReadObserver observer) throws IOException {
        DumpFile file = DumpFile.open(path, observer);
        try {
            return new ElfVmcore(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public Path file() {
        return file.path();
    }

    @Override
    public long fileSize() {
        return file.size();
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
        return notes.vmcoreInfo().clone();
    }

    @Override
    public byte[] notes() {
        return notes.bytes().clone();
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
        file.close();
    }
}
