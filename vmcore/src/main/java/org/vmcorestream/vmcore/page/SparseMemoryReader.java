// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.page;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.UnmappedAddressException;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.machine.Sections;
import org.vmcorestream.vmcore.memory.VmcoreInfo;
import org.vmcorestream.vmcore.paging.KernelMemory;

/**
 * Reads the kernel's table of memory sections (include/linux/mmzone.h, mm/sparse.c).
 *
 * <pre>
 *  SPARSEMEM_EXTREME                                     plain SPARSEMEM
 *  mem_section ─► root 0 ─► section 0: section_mem_map   mem_section: section 0: section_mem_map
 *                           section 1                                 section 1
 *                 root 1 = 0 (none)                                   ...
 *                 ...
 *  section_mem_map = (address of the section's struct pages - its first pfn × SIZE(page)) | flags, bit 0: present
 * </pre>
 *
 * SYMBOL(mem_section) is the address of the roots, or of a pointer to them, or of the sections themselves, depending on
 * the kernel. The first reading that validates is accepted: all present sections have kernel addresses, and at least one
 * memory map can be read.
 */
public final class SparseMemoryReader {
    private static final long PRESENT = 1;

    /** Flags have grown over time: 6 bits, as the kernel's alignment of memory maps allows. */
    private static final long FLAGS = 0x3f;

    /** Sections of 128 MiB up to 512 TiB. */
    private static final int MAX_MAPS = 1 << 22;

    /** Memory maps that are tried before a reading counts as wrong. */
    private static final int MAX_TRIES = 4096;

    private final String source;
    private final KernelMemory memory;
    private final int structPageSize;
    private final int pageSize;
    private final int structSize;
    private final int sectionShift;
    private final long sectionCount;
    private final int mapOffset;
    private final int perRoot;
    private final ByteBuffer rootPage;
    private final ByteBuffer roots;

    private long[] sections = new long[64];
    private long[] maps = new long[64];
    private int count;

    private SparseMemoryReader(
            String source,
            VmcoreInfo info,
            KernelMemory memory,
            Shape shape,
            int structPageSize,
            int pageShift,
            long endPfn)
            throws VmcoreException {
        this.source = source;
        this.memory = memory;
        this.structPageSize = structPageSize;
        pageSize = 1 << pageShift;
        structSize =
                within(source, "SIZE(mem_section)", info.size("mem_section").orElse(0), 8, pageSize);
        mapOffset = within(
                source,
                "OFFSET(mem_section.section_mem_map)",
                info.offset("mem_section.section_mem_map").orElse(-1),
                0,
                structSize - Long.BYTES);
        sectionShift = shape.sizeBits - pageShift;
        sectionCount =
                Math.min(1L << shape.physicalBits - shape.sizeBits, endPfn + (1L << sectionShift) - 1 >>> sectionShift);
        perRoot = pageSize / structSize;
        rootPage = ByteBuffer.allocateDirect(perRoot * structSize).order(ByteOrder.LITTLE_ENDIAN);
        roots = ByteBuffer.allocateDirect(pageSize).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bits of a section, and of all physical addresses. */
    private record Shape(int sizeBits, int physicalBits) {}

    /** What VMCOREINFO says of sections; what the machine has in all kernels that do not say it, one after the other. */
    private static List<Shape> shapes(String source, VmcoreInfo info, Sections usual) throws VmcoreException {
        OptionalLong exported = info.number("SECTION_SIZE_BITS");
        List<Shape> shapes = new ArrayList<>();
        for (long bits : exported.isPresent()
                ? List.of(exported.getAsLong())
                : usual.sizeBits().stream().map(Integer::longValue).toList()) {
            int sizeBits = within(source, "NUMBER(SECTION_SIZE_BITS)", bits, 24, 40);
            long physicalBits = info.number("MAX_PHYSMEM_BITS").orElse(usual.physicalBits());
            shapes.add(new Shape(
                    sizeBits,
                    within(source, "NUMBER(MAX_PHYSMEM_BITS)", physicalBits, sizeBits, usual.mostPhysicalBits())));
        }
        return shapes;
    }

    /**
     * Reads the table.
     *
     * @param source name of the vmcore, for messages
     * @param usual sections of the machine's kernels whose VMCOREINFO does not describe them
     * @param structPageSize SIZE(page)
     * @param endPfn page frame behind the last one that matters
     * @throws VmcoreException when no reading of it validates
     */
    public static SparseMemory read(
            String source,
            VmcoreInfo info,
            Sections usual,
            KernelMemory memory,
            int structPageSize,
            int pageShift,
            long endPfn)
            throws VmcoreException {
        long symbol = info.symbol("mem_section")
                .orElseThrow(() -> new UnsupportedVmcoreException(source
                        + ": VMCOREINFO has no SYMBOL(mem_section), expected a kernel with the sparse memory model"));
        for (Shape shape : shapes(source, info, usual)) {
            SparseMemoryReader reader =
                    new SparseMemoryReader(source, info, memory, shape, structPageSize, pageShift, endPfn);
            if (reader.readsRoots(symbol) || reader.readsPointer(symbol) || reader.readsArray(symbol)) {
                return new SparseMemory(
                        reader.sectionShift,
                        structPageSize,
                        Arrays.copyOf(reader.sections, reader.count),
                        Arrays.copyOf(reader.maps, reader.count));
            }
        }
        throw new CorruptVmcoreException(source + ": memory sections at SYMBOL(mem_section) 0x"
                + Long.toHexString(symbol) + " cannot be read, expected a table with at least one memory map");
    }

    private boolean readsPointer(long symbol) throws VmcoreException {
        try {
            long address = memory.readLong(symbol);
            return isKernel(address) && readsRoots(address);
        } catch (UnmappedAddressException e) {
            return false;
        }
    }

    private boolean readsRoots(long address) throws VmcoreException {
        count = 0;
        long rootCount = (sectionCount + perRoot - 1) / perRoot;
        for (long root = 0; root < rootCount; root++) {
            int at = (int) (root * Long.BYTES % pageSize);
            if (at == 0) {
                int size = (int) Math.min(pageSize, (rootCount - root) * Long.BYTES);
                if (!reads(address + root * Long.BYTES, roots, size)) {
                    return false;
                }
            }
            long sectionTable = roots.getLong(at);
            if (sectionTable == 0) {
                continue;
            }
            if (!isKernel(sectionTable)) {
                return false;
            }
            int here = (int) Math.min(perRoot, sectionCount - root * perRoot);
            if (reads(sectionTable, rootPage, here * structSize) && !takesSections(root * perRoot, here)) {
                return false;
            }
        }
        return validates();
    }

    private boolean readsArray(long address) throws VmcoreException {
        count = 0;
        for (long first = 0; first < sectionCount; first += perRoot) {
            int here = (int) Math.min(perRoot, sectionCount - first);
            if (!reads(address + first * structSize, rootPage, here * structSize) || !takesSections(first, here)) {
                return false;
            }
        }
        return validates();
    }

    /** Takes the present ones of {@code here} sections in the buffer. */
    private boolean takesSections(long first, int here) throws CorruptVmcoreException {
        for (int i = 0; i < here; i++) {
            long coded = rootPage.getLong(i * structSize + mapOffset);
            if ((coded & PRESENT) == 0) {
                continue;
            }
            long map = coded & ~FLAGS;
            long section = first + i;
            if (!isKernel(map + (section << sectionShift) * structPageSize)) {
                return false;
            }
            if (count == MAX_MAPS) {
                throw new CorruptVmcoreException(
                        source + ": more than " + MAX_MAPS + " memory sections with a memory map, expected less");
            }
            if (count == sections.length) {
                sections = Arrays.copyOf(sections, count * 2);
                maps = Arrays.copyOf(maps, count * 2);
            }
            sections[count] = section;
            maps[count++] = map;
        }
        return true;
    }

    private boolean validates() throws VmcoreException {
        for (int i = 0; i < Math.min(count, MAX_TRIES); i++) {
            if (memory.readable(maps[i] + (sections[i] << sectionShift) * structPageSize)) {
                return true;
            }
        }
        return false;
    }

    private boolean reads(long address, ByteBuffer into, int size) throws VmcoreException {
        into.clear();
        try {
            memory.read(address, size, into);
            return true;
        } catch (UnmappedAddressException e) {
            return false;
        }
    }

    /** Upper half of the address space, above the direct map's lowest place with five levels. */
    private static boolean isKernel(long address) {
        return address < 0 && address >= 0xff00_0000_0000_0000L && (address & 7) == 0;
    }

    private static int within(String source, String key, long value, int min, int max) throws CorruptVmcoreException {
        if (value < min || value > max) {
            throw new CorruptVmcoreException(
                    source + ": VMCOREINFO says " + key + " " + value + ", expected " + min + " to " + max);
        }
        return (int) value;
    }
}
