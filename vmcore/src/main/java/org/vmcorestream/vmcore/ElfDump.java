// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.ElfNotes;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.FrameRuns;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.MemoryExtents;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.SegmentMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** A dump in ELF format: memory lies in the file as it is, segment by segment. */
final class ElfDump implements DumpContainer {
    private final DumpFile file;
    private final ElfCore core;
    private final ElfNotes notes;
    private final byte[] vmcoreInfo;
    private final SegmentMemory memory;

    /**
     * Reads the headers.
     *
     * @param file closed with this dump
     * @param vmcoreInfo taken instead of the note; empty to take the note
     */
    ElfDump(DumpFile file, Optional<byte[]> vmcoreInfo) throws IOException {
        this.file = file;
        core = ElfCore.read(file);
        notes = ElfNotes.read(file, core.notes());
        if (vmcoreInfo.isEmpty() && notes.vmcoreInfo().isEmpty()) {
            throw new MissingVmcoreInfoException(
                    file.path() + ": none of its " + core.notes().size()
                            + " note segments has a VMCOREINFO note, without which its pages cannot be told apart"
                            + " (QEMU: add -device vmcoreinfo to the guest; or --vmcoreinfo FILE)");
        }
        this.vmcoreInfo = vmcoreInfo.or(notes::vmcoreInfo).orElseThrow();
        memory = new SegmentMemory(file, MemoryExtents.of(core.loads()));
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
    public byte[] notes() {
        return notes.bytes();
    }

    @Override
    public byte[] vmcoreInfo() {
        return vmcoreInfo;
    }

    @Override
    public int cpus() {
        return notes.prStatusCount();
    }

    @Override
    public boolean incomplete() {
        return false;
    }

    @Override
    public Machine machine(VmcoreInfo info) {
        return core.machine();
    }

    @Override
    public OptionalLong physBase() {
        return core.physBase();
    }

    @Override
    public Frames frames(int pageShift) {
        return Frames.of(FrameRuns.of(core.loads(), pageShift));
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public PageReader pages(int pageShift) {
        return new FilePageReader(memory, FrameRuns.of(core.loads(), pageShift).backed(), pageShift);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
