// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A description, parsed: what is to be laid out. Defaults are those of a test that does not care. */
final class Description {
    /** How the file is headed and its segments placed. */
    enum ElfLayout {
        /** Program headers behind the ELF header, segments at page boundaries of the file. */
        PLAIN,
        /** As QEMU's dump-guest-memory: section headers first, segments at odd offsets. */
        QEMU,
        /** e_phnum is PN_XNUM, the number of program headers stands in section header 0. */
        XNUM,
        /** As /proc/vmcore: p_vaddr of the direct map, and one more segment for the kernel image. */
        PROC_VMCORE,
        /** As PLAIN, but segments at odd offsets. */
        UNALIGNED
    }

    /** Page size that the page tables use where it fits; named by what it is with pages of 4 KiB. */
    enum Mapping {
        SIZE_4K,
        SIZE_2M,
        SIZE_1G;

        /** Level of the tables whose entries map such pages, 1 for the smallest. */
        int level() {
            return ordinal() + 1;
        }
    }

    /** How sections of memory are found. */
    enum SectionTable {
        /** SYMBOL(mem_section) is the address of an array of root pointers. */
        EXTREME,
        /** SYMBOL(mem_section) is the address of a pointer to such an array. */
        POINTER,
        /** SYMBOL(mem_section) is an array of root pointers inside the kernel image. */
        STATIC,
        /** SYMBOL(mem_section) is an array of struct mem_section inside the kernel image. */
        FLAT
    }

    /** Stands for a number that no line named. */
    static final long NOT_SET = Long.MIN_VALUE;

    KernelPreset kernel = KernelPreset.V6_12;
    KernelPreset.Log logKind;
    final List<ByteRange> memory = new ArrayList<>();
    final List<ByteRange> file = new ArrayList<>();
    SyntheticMachine machine = new X8664Machine();
    int pageShift = 12;
    int vaBits;
    int vaBitsInUse;
    int physicalBits;
    int levels = 4;
    Mapping mapping = Mapping.SIZE_2M;
    long kaslr;
    long physBase = NOT_SET;
    long smeMask;
    long pageOffset = NOT_SET;
    long vmemmap = NOT_SET;
    SectionTable sections = SectionTable.EXTREME;
    int cpus = 1;
    ElfLayout elf = ElfLayout.PLAIN;
    String nodename = "synthetic";
    final List<ByteRange> withoutMemmap = new ArrayList<>();
    final List<ByteRange> sharedMemmap = new ArrayList<>();
    final List<PageLine> pages = new ArrayList<>();
    FillLine.Kind defaultFill = FillLine.Kind.PATTERN;
    final List<FillLine> fills = new ArrayList<>();
    final List<LogRecord> log = new ArrayList<>();
    int logDescriptorBits = -1;
    int logTextBits = -1;
    final List<Poke> pokes = new ArrayList<>();
    final Map<String, String> set = new LinkedHashMap<>();
    final Set<String> unset = new LinkedHashSet<>();

    KernelPreset.Log logKind() {
        return logKind == null ? kernel.log : logKind;
    }

    long pageOffset() {
        return pageOffset != NOT_SET ? pageOffset : machine.pageOffset(this);
    }

    long vmemmap() {
        return vmemmap != NOT_SET ? vmemmap : machine.vmemmap(this);
    }

    int pageSize() {
        return 1 << pageShift;
    }

    /** Bits of an address that a page table resolves. */
    int tableBits() {
        return pageShift - 3;
    }

    /** Pages of the smallest size in a page of a level. */
    long pagesOf(int level) {
        return 1L << tableBits() * (level - 1);
    }

    /** MAX_PAGE_ORDER as arch/arm64/Kconfig has it for larger pages: blocks of 32 and 512 MiB. */
    int maxPageOrder() {
        return switch (pageShift) {
            case 14 -> 11;
            case 16 -> 13;
            default -> 10;
        };
    }

    int vaBits() {
        return vaBits == 0 ? 48 : vaBits;
    }

    int vaBitsInUse() {
        return vaBitsInUse == 0 ? vaBits() : vaBitsInUse;
    }

    /** First byte of memory. */
    long memoryStart() {
        return memory.stream().mapToLong(ByteRange::start).min().orElseThrow();
    }

    /** Page frames in a section. */
    long sectionPages() {
        return 1L << machine.sectionBits(this) - pageShift;
    }

    /** MAX_PHYSMEM_BITS; a flat table of all sections only fits a small address space. */
    int physicalBits() {
        if (sections == SectionTable.FLAT) {
            return 36;
        }
        return physicalBits != 0 ? physicalBits : machine.physicalBits(this);
    }

    /** Page frame behind the last one with memory. */
    long endPfn() {
        return memory.stream().mapToLong(ByteRange::end).max().orElseThrow() + pageSize() - 1 >> pageShift;
    }

    /** What of each line of memory is in the file, in the order of the lines; empty ranges where nothing is. */
    List<ByteRange> backed() {
        if (file.isEmpty()) {
            return List.copyOf(memory);
        }
        return memory.stream()
                .map(range -> file.stream()
                        .filter(part -> part.start() <= range.start() && part.end() > range.start())
                        .max(Comparator.comparingLong(ByteRange::end))
                        .map(part -> new ByteRange(range.start(), Math.min(part.end(), range.end())))
                        .orElse(new ByteRange(range.start(), range.start())))
                .toList();
    }
}
