// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/** What differs from machine to machine in a synthetic vmcore. */
sealed interface SyntheticMachine permits X8664Machine, Aarch64Machine, Riscv64Machine {
    /** utsname.machine. */
    String name();

    /** e_machine of the ELF header. */
    int elfNumber();

    /** Name of the top page table in VMCOREINFO and in the kernel image. */
    String topTable();

    /** Levels of page tables. */
    int levels(Description description);

    /** Bits of an address that choose an entry of the top table. */
    default int topBits(Description description) {
        return description.pageShift - 3;
    }

    /** Refuses a description that this machine cannot be. */
    void check(Description description);

    /** Virtual address at which physical address 0 would be in the direct map. */
    long pageOffset(Description description);

    /** Virtual address at which the struct page of page frame 0 would be. */
    long vmemmap(Description description);

    /** Virtual address of the kernel image without KASLR. */
    long image(Description description);

    /** log2 of the bytes of a memory section. */
    int sectionBits(Description description);

    /** MAX_PHYSMEM_BITS. */
    int physicalBits(Description description);

    /** An entry that names a table. */
    long tableEntry(Description description, long physical);

    /** An entry that maps a page, at a level from 1. */
    long pageEntry(Description description, long physical, int level);

    /** Physical address of the table that an entry names; -1 for an entry that maps a page. */
    long table(Description description, long entry);

    /** phys_base of kdump headers. */
    long physBase(Description description, KernelImage image);

    /** Adds what this machine's kernels export. */
    void vmcoreInfo(Description description, KernelImage image, VmcoreInfoText text);

    /** The machine with a name. */
    static SyntheticMachine of(String name, int line) {
        return switch (name) {
            case "x86_64" -> new X8664Machine();
            case "aarch64" -> new Aarch64Machine();
            case "riscv64" -> new Riscv64Machine();
            default ->
                throw new DescriptionException(line, "machine '" + name + "' is not one of x86_64 aarch64 riscv64");
        };
    }
}
