// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.vmcorestream.rules.PageFacts;
import org.vmcorestream.vmcore.file.DumpFile;
import org.vmcorestream.vmcore.log.KernelLog;

/** The door to vmcores: one opened for reading. Everything in it is untrusted. */
public interface Vmcore extends AutoCloseable {
    /**
     * Opens an ELF64 vmcore as QEMU's dump-guest-memory, {@code virsh dump --memory-only} or {@code /proc/vmcore} write it.
     *
     * @throws VmcoreException when the file is no vmcore, of another machine, truncated, without VMCOREINFO, or when
     *     VMCOREINFO lies
     * @throws IOException when it cannot be read
     */
    static Vmcore open(Path file) throws IOException {
        return ElfVmcore.open(file, DumpFile.ReadObserver.NONE);
    }

    /** The file that was opened. */
    Path file();

    /** Size of the file in bytes. */
    long fileSize();

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
