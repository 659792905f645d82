// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A vmcore of a machine that never was, made from a short text. {@link org.vmcorestream.testkit} has the grammar.
 *
 * @param file where it was written
 * @param machine utsname.machine
 * @param pageShift log2 of the page size
 * @param vmcoreInfo text of its VMCOREINFO note
 * @param memory physical memory, one range for each PT_LOAD, in the order of the file
 * @param backed what of each range is in the file
 * @param symbols virtual addresses of the objects in the kernel image
 * @param mapped what the page tables map besides single odd pages, in no particular order
 * @param structures page frames that hold structures of the kernel, by what they hold; a dump without them is useless
 * @param log the records that were written to the kernel log, oldest first, those overwritten since included
 * @param physBase phys_base of kdump headers: on x86-64 physical address of a kernel symbol = address - 0xffffffff80000000 +
 *     this, on others the physical address of the direct map's first byte
 * @param pageOffset virtual address of physical address 0 in the direct map
 * @param vmemmap virtual address of the struct page of page frame 0
 * @param contents the machine's memory
 */
public record SyntheticVmcore(
        Path file,
        String machine,
        int pageShift,
        String vmcoreInfo,
        List<ByteRange> memory,
        List<ByteRange> backed,
        Map<String, Long> symbols,
        List<MappedRange> mapped,
        Map<String, List<Long>> structures,
        List<LogRecord> log,
        long physBase,
        long pageOffset,
        long vmemmap,
        Contents contents) {

    /** What is in the machine's memory. */
    public interface Contents {
        /** Whether the machine has memory at the page frame. */
        boolean hasMemory(long pfn);

        /** Whether the file has any byte of the page. */
        boolean hasData(long pfn);

        /** The bytes a reader of the file must see; bytes that are not in the file are zeros. */
        byte[] page(long pfn);

        /** The 64 bytes of the page frame's struct page, empty where it has none. */
        byte[] structPage(long pfn);
    }

    /**
     * Lays a vmcore out and writes it.
     *
     * @param file is overwritten
     * @param text the description
     * @throws DescriptionException when the text cannot be understood or does not fit; names the line
     */
    public static SyntheticVmcore write(Path file, String text) throws IOException {
        return new Layout(DescriptionParser.parse(text)).write(file);
    }

    /** Page frame behind the last one with memory. */
    public long endPfn() {
        return memory.stream()
                .mapToLong(range -> range.end() + (1L << pageShift) - 1 >> pageShift)
                .max()
                .orElseThrow();
    }

    /** Contents of a page, see {@link Contents#page}. */
    public byte[] page(long pfn) {
        return contents.page(pfn);
    }

    /** Page frames of all structures of the kernel. */
    public Set<Long> structurePfns() {
        Set<Long> all = new HashSet<>();
        structures.values().forEach(all::addAll);
        return Collections.unmodifiableSet(all);
    }

    /** Value of a key of VMCOREINFO, null where there is none. */
    public String info(String key) {
        Map<String, String> keys = new TreeMap<>();
        vmcoreInfo.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                keys.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return keys.get(key);
    }
}
