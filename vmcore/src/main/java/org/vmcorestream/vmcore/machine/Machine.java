// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** A kind of machine whose vmcores can be read: all of it that a reader has to know. Little-endian, 64 bits. */
public sealed interface Machine permits X8664, Aarch64, Riscv64 {
    /** All machines. */
    List<Machine> ALL = List.of(new X8664(), new Aarch64(), new Riscv64());

    /** Its name in utsname.machine, for example {@code x86_64}. */
    String name();

    /** Its number in e_machine of ELF headers. */
    int elfNumber();

    /** log2 of the page sizes that its kernels can be built for, ascending. */
    List<Integer> pageShifts();

    /** Whether VMCOREINFO has keys that only kernels of this machine write; false where that cannot be told. */
    boolean wrote(VmcoreInfo info) throws CorruptVmcoreException;

    /**
     * How kernel addresses are translated.
     *
     * @param source name of the vmcore, for messages
     * @param pageShift log2 of the kernel's page size, one of {@link #pageShifts}
     * @param otherPhysBase what the dump's format says of phys_base, for kernels whose VMCOREINFO does not
     * @throws CorruptVmcoreException when VMCOREINFO does not say it, or what cannot be
     */
    KernelMap kernelMap(String source, VmcoreInfo info, int pageShift, OptionalLong otherPhysBase)
            throws CorruptVmcoreException;

    /** Sections of physical memory, for kernels whose VMCOREINFO does not describe them. */
    Sections sections(VmcoreInfo info, int pageShift) throws CorruptVmcoreException;

    /** phys_base as a segment of memory says it that has a virtual address; empty where that does not say it. */
    default OptionalLong physBase(long virt, long phys) {
        return OptionalLong.empty();
    }

    /**
     * Where a kernel address lies that can be translated without page tables.
     *
     * @param physBase {@link KernelMap#physBase}
     * @return the physical address; empty of addresses that need page tables
     */
    OptionalLong withoutTables(VmcoreInfo info, long physBase, long virt) throws CorruptVmcoreException;

    /** Which addresses {@link #withoutTables} translates, in words that follow "expected one". */
    String withoutTables(long physBase);

    /** The machine with a name of utsname; empty of one that is not known here. */
    static Optional<Machine> named(String name) {
        return ALL.stream().filter(machine -> machine.name().equals(name)).findFirst();
    }

    /** The machine with a number of ELF; empty of one that is not known here. */
    static Optional<Machine> ofElf(int number) {
        return ALL.stream().filter(machine -> machine.elfNumber() == number).findFirst();
    }

    /** The machine whose kernel wrote a VMCOREINFO, for dumps that do not say it: x86-64 where nothing speaks against it. */
    static Machine that(VmcoreInfo info) throws CorruptVmcoreException {
        for (Machine machine : ALL) {
            if (machine.wrote(info)) {
                return machine;
            }
        }
        return ALL.get(0);
    }

    /** Names of all machines, for messages: {@code x86_64, aarch64 or riscv64}. */
    static String names() {
        String last = ALL.get(ALL.size() - 1).name();
        return ALL.subList(0, ALL.size() - 1).stream().map(Machine::name).collect(Collectors.joining(", ")) + " or "
                + last;
    }

    /** Its page sizes in bytes, for messages: {@code 4096, 16384 or 65536}. */
    default String pageSizes() {
        List<String> sizes =
                pageShifts().stream().map(shift -> Integer.toString(1 << shift)).toList();
        int last = sizes.size() - 1;
        return last == 0 ? sizes.get(0) : String.join(", ", sizes.subList(0, last)) + " or " + sizes.get(last);
    }
}
