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

    /** Page size that the page tables use where it fits. */
    enum Mapping {
        SIZE_4K(1),
        SIZE_2M(512),
        SIZE_1G(512 * 512);

        final long pages;

        Mapping(long pages) {
            this.pages = pages;
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
        if (pageOffset != NOT_SET) {
            return pageOffset;
        }
        return levels == 5 ? 0xff11000000000000L : 0xffff888000000000L;
    }

    long vmemmap() {
        if (vmemmap != NOT_SET) {
            return vmemmap;
        }
        return levels == 5 ? 0xffd4000000000000L : 0xffffea0000000000L;
    }

    /** MAX_PHYSMEM_BITS; a flat table of all sections only fits a small address space. */
    int physicalBits() {
        if (sections == SectionTable.FLAT) {
            return 36;
        }
        return levels == 5 ? 52 : 46;
    }

    /** Page frame behind the last one with memory. */
    long endPfn() {
        return (memory.stream().mapToLong(ByteRange::end).max().orElseThrow() + GuestMemory.PAGE - 1)
                >> GuestMemory.PAGE_SHIFT;
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
