// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.log.KernelLog;
import org.vmcorestream.vmcore.spool.DumpSource;

/** The door to vmcores: one opened for reading. Everything in it is untrusted. */
public interface Vmcore extends AutoCloseable {
    /** Opens the vmcore of one file, like {@link #open(List, OpenSettings)} with usual settings. */
    static Vmcore open(Path file) throws IOException {
        return open(List.of(file), OpenSettings.USUAL);
    }

    /**
     * Opens a vmcore in any format that is known by its first bytes:
     *
     * <ul>
     *   <li>ELF64, as QEMU's dump-guest-memory, {@code virsh dump --memory-only}, {@code /proc/vmcore} and
     *       {@code makedumpfile -E} write it,
     *   <li>kdump-compressed, as makedumpfile, QEMU and this project write it,
     *   <li>either of them flattened ({@code makedumpfile -F}, QEMU), which is first rearranged in a spool file.
     * </ul>
     *
     * @param files one file, or all files of a split dump in any order; {@link OpenSettings#STANDARD_INPUT} is standard input,
     *     which is first copied to a spool file
     * @throws VmcoreException when a file is no vmcore, of another machine, truncated, without VMCOREINFO, or lies
     * @throws IOException when it cannot be read, or there is no room to spool it
     */
    static Vmcore open(List<Path> files, OpenSettings settings) throws IOException {
        return new VmcoreOpener(settings).open(files);
    }

    /**
     * Opens a vmcore whose files come from wherever they are.
     *
     * @param sources one, or those of all files of a split dump in any order
     */
    static Vmcore openSources(List<DumpSource> sources, OpenSettings settings) throws IOException {
        return new VmcoreOpener(settings).openSources(sources);
    }

    /** The file that was opened; the first of several. */
    Path file();

    /** Size of all its files in bytes; of spooled ones, that of the spool file. */
    long fileSize();

    /** What is wrong with files that were cut, one line: their end is missing, and the rest is read. Empty when none was. */
    default Optional<String> cut() {
        return Optional.empty();
    }

    /** Whether it says of itself that pages are missing from it, or was cut. */
    default boolean incomplete() {
        return false;
    }

    /** makedumpfile's dump level of a dump that was filtered before, 0 to 31; 0 for others. */
    default int dumpLevel() {
        return 0;
    }

    /** When the kernel crashed by what the headers of its files say, seconds since 1970-01-01 UTC; 0 when they do not. */
    default long timestamp() {
        return 0;
    }

    /** Which physical memory there is. */
    MemoryMap memory();

    /** The kernel's page vocabulary. */
    PageFacts pageFacts();

    /** SIZE(page) in bytes; 0 where {@link ChunkDescriber#memmap} knows nothing. */
    default int structPageSize() {
        return 0;
    }

    /** Text of the VMCOREINFO note, as it stands. */
    byte[] vmcoreInfoText();

    /** All ELF notes, as they stand, aligned to 4 bytes. */
    byte[] notes();

    /** Which kernel crashed. */
    KernelIdentity kernel();

    /** The kernel log; read at the first call. Never fails: what cannot be read is said in the log itself. */
    KernelLog kernelLog();

    /** A new reader of struct pages, for one thread. */
    ChunkDescriber describer() throws IOException;

    /**
     * Page frames that hold struct pages, those of all of memory; none where the memory map is not one array in virtual memory. Finding them
     * takes a step for each large page that the map lies in, once. The answer changes no more and can be read by all threads.
     *
     * @throws IOException when the vmcore cannot be read
     */
    default SparsePfnBitmap memmap() throws IOException {
        return new SparsePfnBitmap(0, 0);
    }

    /** The reader of page contents. */
    PageReader pages();

    /**
     * Where a kernel virtual address lies in physical memory, by the kernel's own page tables.
     *
     * @return the physical address; empty where nothing is mapped
     * @throws IOException when the vmcore cannot be read
     */
    OptionalLong physicalAddress(long virtualAddress) throws IOException;

    @Override
    void close() throws IOException;
}
