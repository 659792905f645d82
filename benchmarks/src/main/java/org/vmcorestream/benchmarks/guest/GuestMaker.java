// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.elf.ElfCore;
import org.vmcorestream.vmcore.elf.ElfNotes;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.KernelMap;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** Makes a large guest's vmcore from a real one. */
final class GuestMaker {
    /** Most bytes of new tables: 128 MiB of guest need 4 KiB at worst, where no page of struct pages is a large one. */
    private static final long MOST_TABLES = GuestPlan.GIB;

    private final Path from;
    private final long size;
    private final boolean holes;
    private final int level;

    /**
     * @param from the real guest's vmcore
     * @param size bytes of memory, a multiple of 128 MiB
     * @param holes whether memory beyond the real guest's is zeros, rather than its contents again
     * @param level pages that this level drops have no contents in the file; 0 for all contents
     */
    GuestMaker(Path from, long size, boolean holes, int level) {
        this.from = from;
        this.size = size;
        this.holes = holes;
        this.level = level;
    }

    /** Writes the new vmcore beside its name and gives it the name when it is whole; returns its segments of memory. */
    List<Piece> write(Path out) throws IOException {
        Path partial = out.resolveSibling(out.getFileName() + ".partial");
        try (DumpFile source = DumpFile.open(from, DumpFile.ReadObserver.NONE);
                FileChannel channel = FileChannel.open(
                        partial,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            List<Piece> memory = write(source, channel);
            Files.move(partial, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return memory;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private List<Piece> write(DumpFile source, FileChannel channel) throws IOException {
        ElfCore core = ElfCore.read(source);
        ElfNotes notes = ElfNotes.read(source, core.notes());
        VmcoreInfo info = new VmcoreInfo(
                from.toString(),
                notes.vmcoreInfo().orElseThrow(() -> new GuestException(from + ": has no VMCOREINFO note")));
        GuestPlan plan = GuestPlan.of(core.loads(), size);
        Piece arena = new Piece(plan.tablesAt(), MOST_TABLES, plan.tablesOffset());
        GuestFile file = new GuestFile(channel, plan.copies(), arena);
        copyContents(source, file, plan);
        if (plan.newSections() > 0) {
            addSections(file, plan, info, tables(file, core, info));
        }
        List<Piece> memory = new ArrayList<>(plan.copies());
        Piece tables = file.newPages();
        long end = GuestPlan.roundUp(tables.offset() + tables.length(), GuestPlan.DATA_AT);
        if (tables.length() > 0) {
            memory.add(tables);
        }
        if (holes && plan.tilesBytes() > 0) {
            memory.add(new Piece(plan.tilesAt(), plan.tilesBytes(), end));
            end += plan.tilesBytes();
        } else {
            memory.addAll(plan.tiles());
        }
        memory.sort(Comparator.comparingLong(Piece::phys));
        file.writeAt(0, ElfHeaders.of(notes.bytes(), memory, GuestPlan.DATA_AT));
        // A byte behind all memory, so that a hole at the end is not missing.
        file.writeAt(end, ByteBuffer.allocate(1));
        return memory;
    }

    private KernelTables tables(GuestFile file, ElfCore core, VmcoreInfo info) throws IOException {
        if (!core.machine().name().equals("x86_64")) {
            throw new GuestException(from + ": is of " + core.machine().name() + ", expected x86_64");
        }
        KernelMap map = core.machine().kernelMap(from.toString(), info, 12, core.physBase());
        return new KernelTables(file, map, info.number("sme_mask").orElse(0));
    }

    private void copyContents(DumpFile source, GuestFile file, GuestPlan plan) throws IOException {
        PfnBitmap wanted;
        try (Vmcore vmcore = Vmcore.open(from)) {
            if (level > 0) {
                wanted = Contents.keptBy(level, vmcore);
            } else {
                wanted = new PfnBitmap(vmcore.memory().endPfn());
                wanted.set(0, vmcore.memory().endPfn());
            }
        }
        Contents contents = new Contents(source, file, wanted);
        for (int i = 0; i < plan.copies().size(); i++) {
            contents.copy(plan.sources().get(i), plan.copies().get(i));
        }
    }

    private void addSections(GuestFile file, GuestPlan plan, VmcoreInfo info, KernelTables tables) throws IOException {
        SectionTable sections = new SectionTable(file, tables, info);
        for (long phys = plan.tablesAt(); phys < plan.tilesAt() + plan.tilesBytes(); phys += GuestPlan.GIB) {
            tables.mapGib(sections.pageOffset() + phys, phys);
        }
        for (int i = 0; i < plan.newSections(); i++) {
            long at = i * GuestPlan.SECTION;
            long tile = at / plan.tileBytes();
            long original = plan.original(at % plan.tileBytes()) / GuestPlan.SECTION;
            long section = (plan.tilesAt() + at) / GuestPlan.SECTION;
            sections.copy(original, section);
            long entry = tables.entry(sections.memoryMap(original), KernelTables.LEVEL_2M);
            long moved = holes ? entry : tables.moved(entry, (phys, length) -> plan.inTile(tile, phys, length));
            tables.set(sections.memoryMap(section), KernelTables.LEVEL_2M, moved);
        }
    }
}
