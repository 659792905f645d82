// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.vmcorestream.vmcore.DumpContainer;
import org.vmcorestream.vmcore.MissingVmcoreInfoException;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.elf.ElfNotes;
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
 *  block_size      page size of the kernel            largest page size of the machine
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

    private final StoredDump dump;
    private final StoredHeaders headers;
    private final List<PfnRun> present;
    private final ElfNotes notes;
    private final byte[] vmcoreInfo;
    private final Machine machine;
    private final boolean recompress;

    private KdumpDump(StoredDump dump, Optional<byte[]> vmcoreInfo, boolean recompress) throws IOException {
        this.dump = dump;
        this.recompress = recompress;
        for (StoredPart part : dump.parts()) {
            requireMachine(part);
        }
        headers = dump.parts().get(0).headers();
        BoundedInput file = dump.parts().get(0).file();
        notes = ElfNotes.of(dump.path(), headers.notes(file), headers.sub().notesOffset());
        this.vmcoreInfo = vmcoreInfo.isPresent() ? vmcoreInfo.get() : vmcoreInfo(file);
        Optional<Machine> named = Machine.named(headers.main().kernel().machine());
        machine = named.isPresent()
                ? named.get()
                : Machine.that(new VmcoreInfo(dump.path().toString(), this.vmcoreInfo));
        present = present(dump.present());
    }

    /**
     * Finds what the kernel says in a dump.
     *
     * @param dump closed with this one, and when it cannot be opened
     * @param vmcoreInfo taken instead of what the files say; needed for header versions 1 and 2, empty otherwise
     * @param recompress whether nobody is to be given pages as they are stored
     * @throws VmcoreException when a file is damaged or cannot be read here
     */
    public static KdumpDump of(StoredDump dump, Optional<byte[]> vmcoreInfo, boolean recompress) throws IOException {
        try {
            return new KdumpDump(dump, vmcoreInfo, recompress);
        } catch (IOException | RuntimeException | Error e) {
            dump.close();
            throw e;
        }
    }

    private static void requireMachine(StoredPart part) throws VmcoreException {
        String machine = part.main().kernel().machine();
        if (!isUnnamed(machine) && Machine.named(machine).isEmpty()) {
            throw new UnsupportedVmcoreException(part.path() + ": is of a machine '" + machine.replaceAll("[^ -~]", "?")
                    + "' (utsname at offset 272), expected " + Machine.names());
        }
    }

    /** Whether utsname has no name of a machine. */
    static boolean isUnnamed(String machine) {
        return machine.isEmpty() || machine.equals(UNKNOWN);
    }

    private byte[] vmcoreInfo(BoundedInput file) throws IOException {
        return headers.vmcoreInfo(file)
                .or(notes::vmcoreInfo)
                .orElseThrow(() -> new MissingVmcoreInfoException(dump.path() + ": has no VMCOREINFO (kdump header"
                        + " version " + headers.main().version() + "), without which its pages cannot be told apart,"
                        + " expected --vmcoreinfo FILE with the kernel's (or, of QEMU, a guest with -device"
                        + " vmcoreinfo)"));
    }

    private List<PfnRun> present(StoredBitmap bitmap) throws IOException {
        List<PfnRun> runs = new ArrayList<>();
        for (long first = bitmap.nextSet(0); first >= 0; ) {
            if (runs.size() == MAX_RANGES) {
                throw new VmcoreException(dump.path() + ": 1st bitmap has more than " + MAX_RANGES
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
        return dump.path();
    }

    @Override
    public long fileSize() {
        return dump.fileSize();
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
        return dump.incomplete();
    }

    @Override
    public Optional<String> cut() {
        return dump.cut();
    }

    @Override
    public int dumpLevel() {
        return dump.header().level();
    }

    @Override
    public long timestamp() {
        return dump.header().crashTime();
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
        int shift = pagesOfABlock(pageShift);
        if (shift < 0) {
            throw new UnsupportedVmcoreException(dump.path() + ": has blocks of " + dump.pageSize()
                    + " bytes (block_size at offset 428), expected at least the page size of its kernel, "
                    + (1 << pageShift));
        }
        Supplier<PfnSet> readable = dump.incomplete() ? this::readable : this::held;
        if (shift == 0) {
            return new Frames(headers.sub().maxMapnr(), present, new Frames.Views(this::held, readable, this::held));
        }
        Supplier<PfnSet> held = () -> LargeBlocks.pages(held(), shift);
        return new Frames(
                headers.sub().maxMapnr() << shift,
                LargeBlocks.pages(present, shift),
                new Frames.Views(held, () -> LargeBlocks.pages(readable.get(), shift), held));
    }

    /** log2 of the kernel's pages in a block; below 0 where pages are larger. */
    private int pagesOfABlock(int pageShift) {
        return Integer.numberOfTrailingZeros(dump.pageSize()) - pageShift;
    }

    private PfnSet held() {
        return new HeldPages(dump.kept());
    }

    private PfnSet readable() {
        return new ReadablePages(new HeldPages(dump.kept()), new PageCursor(dump));
    }

    @Override
    public PhysicalMemory memory() {
        return new KdumpMemory(dump);
    }

    @Override
    public PageReader pages(int pageShift) {
        int shift = pagesOfABlock(pageShift);
        return shift > 0 ? new LargeBlocks(dump, pageShift, shift) : new KdumpPageReader(dump, recompress);
    }

    @Override
    public void close() throws IOException {
        dump.close();
    }
}
