// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.Frames;
import org.vmcorestream.vmcore.memory.PhysicalMemory;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/**
 * What a file format has to give so that the kernel in a dump can be read: everything above the bytes of physical memory is the
 * same for all of them. Everything in it is untrusted.
 */
public interface DumpContainer extends AutoCloseable {
    /** Name of the dump, for messages: its file, or the first of several. */
    Path file();

    /** Size of its files in bytes. */
    long fileSize();

    /** All ELF notes, as they stand, aligned to 4 bytes; may be empty. */
    byte[] notes();

    /** Text of VMCOREINFO. */
    byte[] vmcoreInfo();

    /** CPUs of the machine; 0 when unknown. */
    int cpus();

    /** Whether the dump itself says that pages are missing from it. */
    boolean incomplete();

    /** The machine that crashed, as far as the format says it, or else as the kernel does. */
    Machine machine(VmcoreInfo info) throws VmcoreException;

    /** What is wrong with files that were cut, one line; empty when none was. */
    default Optional<String> cut() {
        return Optional.empty();
    }

    /** Dump level that the format names, whatever it is; 0 when nothing was left out, or nobody says so. */
    default int dumpLevel() {
        return 0;
    }

    /** When the kernel crashed by what the format says, whatever it is, seconds since 1970-01-01 UTC; 0 when it does not. */
    default long timestamp() {
        return 0;
    }

    /** What the format says of phys_base, for kernels whose VMCOREINFO does not. */
    OptionalLong physBase();

    /**
     * Which page frames there are.
     *
     * @param pageShift log2 of the kernel's page size
     * @throws VmcoreException when the format's pages are of another size
     */
    Frames frames(int pageShift) throws IOException;

    /** The bytes of physical memory. */
    PhysicalMemory memory();

    /**
     * The reader of page contents; several threads may use it.
     *
     * @param pageShift log2 of the kernel's page size
     */
    PageReader pages(int pageShift);

    @Override
    void close() throws IOException;
}
