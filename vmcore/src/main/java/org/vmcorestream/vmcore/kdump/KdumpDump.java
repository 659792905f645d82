// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.DumpContainer;
import org.vmcorestream.vmcore.MissingVmcoreInfoException;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.elf.ElfNotes;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * A dump in kdump-compressed files, as makedumpfile, QEMU and this project write them: one file, or all of a split set. Header
 * versions 1 to 6, 64-bit little-endian layout. What differs between the writers:
 *
 * <pre>
 *                  makedumpfile                       QEMU
 *  utsname         all of it                          machine alone
 *  block_size      page size of the kernel            page size of the machine
 *  phys_base       the kernel's                       what QEMU was told
 *  notes           offset_note of the sub header      the same
 *  VMCOREINFO      offset_vmcoreinfo, in the notes    the same, where the guest has told it
 *  dump_level      as asked for                       1
 * </pre>
 *
 * Everything in the files is untrusted.
 */
public final class KdumpDump implements DumpContainer {
    /** Ranges of memory; makes a bitmap of noise an error and not a list. */
    static final int MAX_RANGES = 1 << 20;

    /** What QEMU calls a machine that it has no name for. */
    private static final String UNKNOWN = "Unknown";

    private final StoredPages pages;
    private final KdumpFileHeaders.Stored headers;
    private final List<PfnRun> present;
    private final ElfNotes notes;
    private final byte[] vmcoreInfo;
    private final Machine machine;
    private final long fileSize;

    private KdumpDump(StoredPages pages, StoredPart first, Opened opened, Optional<byte[]> vmcoreInfo)
            throws IOException {
        this.pages = pages;
        headers = opened.headers.get(0);
        fileSize = opened.files.stream().mapToLong(BoundedInput::size).sum();
        BoundedInput file = first.file();
        notes = ElfNotes.of(
                pages.source(),
                KdumpFileHeaders.notes(file, headers.sub()),
                headers.sub().notesOffset());
        this.vmcoreInfo = vmcoreInfo.isPresent() ? vmcoreInfo.get() : vmcoreInfo(file);
        Optional<Machine> named = Machine.named(headers.main().kernel().machine());
        machine = named.isPresent()
                ? named.get()
                : Machine.that(new VmcoreInfo(pages.source().toString(), this.vmcoreInfo));
        present = present(file);
    }

    /**
     * Opens one file, or all files of a split set in any order.
     *
     * @param files closed with the dump, and when it cannot be opened
     * @param vmcoreInfo taken instead of what the files say; needed for header versions 1 and 2, empty otherwise
     * @throws VmcoreException when a file is damaged or cannot be read here, or they are not all the files of one dump
     */
    public static KdumpDump open(List<DumpFile> files, Optional<byte[]> vmcoreInfo) throws IOException {
        Opened opened = new Opened();
        files.forEach(file -> opened.files.add(new BoundedInput(file)));
        try {
            for (BoundedInput file : opened.files) {
                opened.headers.add(headers(file));
            }
            List<StoredPart> parts = opened.files.size() == 1 ? List.of(opened.whole()) : opened.parts();
            StoredPart first = parts.get(0);
            StoredPages pages = new StoredPages(
                    files.get(0).path(), parts, opened.kept, first.layout().pageSize());
            return new KdumpDump(pages, first, opened, vmcoreInfo);
        } catch (IOException | RuntimeException | Error e) {
            for (BoundedInput file : opened.files) {
                file.close();
            }
            throw e;
        }
    }

    /** Files on their way to be a dump. */
    private static final class Opened {
        private final List<BoundedInput> files = new ArrayList<>();
        private final List<KdumpFileHeaders.Stored> headers = new ArrayList<>();
        private StoredBitmap kept;

        StoredPart whole() throws IOException {
            BoundedInput file = files.get(0);
            KdumpFileHeaders.Stored its = headers.get(0);
            if (its.sub().split() != 0) {
                throw new VmcoreException(file.path() + ": is one part of a split dump, with page frames "
                        + its.sub().startPfn() + " to before " + its.sub().endPfn()
                        + ", expected all of its files together");
            }
            long end = its.sub().maxMapnr();
            count(file, its);
            return part(file, its, 0, end, 0, kept.cardinality());
        }

        List<StoredPart> parts() throws IOException {
            List<SplitPart> split = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                if (headers.get(i).sub().split() == 0) {
                    throw new VmcoreException(files.get(i).path()
                            + ": is no part of a split dump, expected one file, or all files of a split dump");
                }
                split.add(SplitPart.of(files.get(i), headers.get(i)));
            }
            List<StoredPart> parts = new ArrayList<>();
            long rank = 0;
            for (SplitPart part : SplitSet.of(split)) {
                KdumpFileHeaders.Stored its = new KdumpFileHeaders.Stored(part.main(), part.sub(), part.layout());
                parts.add(part(part.file(), its, part.startPfn(), part.endPfn(), rank, part.pages()));
                rank += part.pages();
            }
            count(files.get(0), headers.get(0));
            return parts;
        }

        private static StoredPart part(
                BoundedInput file, KdumpFileHeaders.Stored its, long start, long end, long rank, long pages)
                throws VmcoreException {
            boolean incomplete = (its.main().status() & MainHeader.STATUS_INCOMPLETE) != 0;
            long room = Math.max(0, file.size() - its.layout().descriptorsOffset()) / PageDescriptor.SIZE;
            if (room < pages && !incomplete) {
                throw new VmcoreException(file.path() + ": ends at offset " + file.size() + ", expected " + pages
                        + " page descriptors from offset " + its.layout().descriptorsOffset() + " on");
            }
            return new StoredPart(file, its.layout(), start, end, rank, Math.min(pages, room), incomplete);
        }

        /** Reads the second bitmap once, which is the same in all files. */
        private void count(BoundedInput file, KdumpFileHeaders.Stored its) throws IOException {
            kept = new StoredBitmap(
                    file, "2nd bitmap", its.layout().keptOffset(), its.sub().maxMapnr());
            kept.cardinality();
        }
    }

    private static KdumpFileHeaders.Stored headers(BoundedInput file) throws IOException {
        KdumpFileHeaders.Stored headers = KdumpFileHeaders.anyVersion(file);
        String machine = headers.main().kernel().machine();
        if (!isUnnamed(machine) && Machine.named(machine).isEmpty()) {
            throw new UnsupportedVmcoreException(file.path() + ": is of a machine '" + machine.replaceAll("[^ -~]", "?")
                    + "' (utsname at offset 272), expected " + Machine.names());
        }
        return headers;
    }

    private static boolean isUnnamed(String machine) {
        return machine.isEmpty() || machine.equals(UNKNOWN);
    }

    private byte[] vmcoreInfo(BoundedInput file) throws IOException {
        SubHeader sub = headers.sub();
        if (sub.vmcoreInfoSize() > 0) {
            ByteBuffer text = ByteBuffer.allocate((int) sub.vmcoreInfoSize());
            file.read("VMCOREINFO", sub.vmcoreInfoOffset(), text);
            return text.array();
        }
        return notes.vmcoreInfo()
                .orElseThrow(() -> new MissingVmcoreInfoException(pages.source() + ": has no VMCOREINFO (kdump header"
                        + " version " + headers.main().version() + "), without which its pages cannot be told apart,"
                        + " expected --vmcoreinfo FILE with the kernel's (or, of QEMU, a guest with -device"
                        + " vmcoreinfo)"));
    }

    private List<PfnRun> present(BoundedInput file) throws IOException {
        long endPfn = headers.sub().maxMapnr();
        StoredBitmap bitmap =
                new StoredBitmap(file, "1st bitmap", headers.layout().presentOffset(), endPfn);
        List<PfnRun> runs = new ArrayList<>();
        for (long first = bitmap.nextSet(0); first >= 0; ) {
            if (runs.size() == MAX_RANGES) {
                throw new VmcoreException(pages.source() + ": 1st bitmap has more than " + MAX_RANGES
                        + " ranges of memory below page frame " + first + ", expected less");
            }
            long end = bitmap.nextClear(first);
            runs.add(new PfnRun(first, end));
            first = bitmap.nextSet(end);
        }
        return List.copyOf(runs);
    }

    @Override
    public Path file() {
        return pages.source();
    }

    @Override
    public long fileSize() {
        return fileSize;
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
        return notes.prStatusCount() > 0
                ? notes.prStatusCount()
                : Math.max(0, headers.main().kernel().cpus());
    }

    @Override
    public boolean incomplete() {
        return pages.incomplete();
    }

    @Override
    public Machine machine(VmcoreInfo info) {
        return machine;
    }

    @Override
    public OptionalLong physBase() {
        return OptionalLong.of(headers.sub().physBase());
    }

    @Override
    public Frames frames(int pageShift) throws IOException {
        if (pages.pageSize() != 1 << pageShift && !isLargestPage(pageShift)) {
            throw new UnsupportedVmcoreException(pages.source() + ": has blocks of " + pages.pageSize()
                    + " bytes (block_size at offset 428), expected the page size of its kernel, " + (1 << pageShift));
        }
        Frames blocks = new Frames(
                headers.sub().maxMapnr(),
                present,
                new Frames.Views(this::held, pages.incomplete() ? this::readable : this::held, this::held));
        int shift = pagesInBlock(pageShift);
        return shift == 0 ? blocks : new LargerBlocks(shift).frames(blocks);
    }

    /** Whether blocks are the largest pages of the machine, as QEMU has them, and the kernel has smaller ones. */
    private boolean isLargestPage(int pageShift) {
        int largest = machine.pageShifts().get(machine.pageShifts().size() - 1);
        return pages.pageSize() == 1 << largest && largest > pageShift;
    }

    /** log2 of the kernel's pages in a block of the file. */
    private int pagesInBlock(int pageShift) {
        return Integer.numberOfTrailingZeros(pages.pageSize()) - pageShift;
    }

    private PfnSet held() {
        return new HeldPages(pages.kept());
    }

    private PfnSet readable() {
        return new ReadablePages(new HeldPages(pages.kept()), new PageCursor(pages));
    }

    @Override
    public PhysicalMemory memory() {
        return new KdumpMemory(pages);
    }

    @Override
    public PageReader pages(int pageShift) {
        return pagesInBlock(pageShift) == 0
                ? new KdumpPageReader(pages)
                : new LargerBlocks.Reader(new KdumpMemory(pages), pageShift);
    }

    @Override
    public void close() throws IOException {
        pages.close();
    }
}
