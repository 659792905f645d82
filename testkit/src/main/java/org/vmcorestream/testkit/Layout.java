// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Puts the parts of a synthetic vmcore together, in the order in which they depend on each other. */
final class Layout {
    private static final int UTS_FIELD = 65;

    private final Description description;
    private final GuestMemory memory;
    private final PhysicalPlaces places;
    private final KernelImage image;
    private final List<MappedRange> mapped = new ArrayList<>();

    Layout(Description description) {
        this.description = description;
        this.image = new KernelImage(description);
        this.memory = new GuestMemory(description);
        this.places = new PhysicalPlaces(description, memory);
    }

    SyntheticVmcore write(Path file) throws IOException {
        Description.SectionTable kind = description.sections;
        boolean tableInImage = kind == Description.SectionTable.STATIC || kind == Description.SectionTable.FLAT;
        boolean ring = description.logKind() == KernelPreset.Log.RING;

        image.reserve(description.machine.topTable(), description.pageSize());
        image.reserve("init_uts_ns", description.pageSize());
        PrintkRing printkRing = ring ? new PrintkRing(description, image) : null;
        PrintkBuffer printkBuffer = ring ? null : new PrintkBuffer(description, image);
        MemoryModel sizes = new MemoryModel(description, memory, places, null, mapped);
        image.reserve("mem_section", tableInImage ? sizes.tableBytes() : Long.BYTES);
        image.place(places);

        PageTables tables = new PageTables(description, memory, places, image.physical(description.machine.topTable()));
        image.map(tables);
        mapped.add(image.range());
        mapDirect(tables);

        MemoryModel model = new MemoryModel(description, memory, places, tables, mapped);
        long table = tableInImage
                ? image.physical("mem_section")
                : places.pages("mem_section", pages(model.tableBytes()), 1) << description.pageShift;
        model.layOut(table);
        new StructPages(description, memory, model).write();

        long memSection = image.virtual("mem_section");
        if (!tableInImage) {
            long tableVirtual = description.pageOffset() + table;
            memory.putLong(image.physical("mem_section"), tableVirtual);
            memSection = kind == Description.SectionTable.EXTREME ? tableVirtual : memSection;
        }
        uts();

        VmcoreInfoText info = new VmcoreInfoText(description);
        info.memory(image, memSection, model.tableLength());
        if (ring) {
            printkRing.write(memory, info);
        } else {
            printkBuffer.write(memory, info);
        }
        info.pageNumbers();
        description.machine.vmcoreInfo(description, image, info);
        description.pokes.forEach(poke -> poke.write(memory, image));
        String text = info.text();
        new ElfFile(description, memory, text).write(file, image.range());
        return new SyntheticVmcore(
                file,
                description.machine.name(),
                description.pageShift,
                text,
                List.copyOf(description.memory),
                description.backed(),
                symbols(),
                List.copyOf(mapped),
                new TreeMap<>(places.places()),
                List.copyOf(description.log),
                description.machine.physBase(description, image),
                description.pageOffset(),
                description.vmemmap(),
                new View(memory, model));
    }

    private long pages(long bytes) {
        return bytes + description.pageSize() - 1 >> description.pageShift;
    }

    private Map<String, Long> symbols() {
        Map<String, Long> symbols = new LinkedHashMap<>();
        image.names().forEach(name -> symbols.put(name, image.virtual(name)));
        return symbols;
    }

    /** Maps all memory at the page offset, in pages of the size asked for; a page is mapped when any of it is memory. */
    private void mapDirect(PageTables tables) {
        int level = description.mapping.level();
        long unit = description.pagesOf(level);
        Set<Long> done = new HashSet<>();
        for (ByteRange range : description.memory) {
            long first = (range.start() >> description.pageShift) / unit;
            long last = (range.end() - 1 >> description.pageShift) / unit;
            for (long n = first; n <= last; n++) {
                if (done.add(n)) {
                    long physical = n * unit << description.pageShift;
                    tables.map(description.pageOffset() + physical, physical, level);
                }
            }
            mapped.add(new MappedRange(
                    "direct map", description.pageOffset() + range.start(), range.start(), range.length()));
        }
    }

    private void uts() {
        String[] fields = {
            "Linux",
            description.nodename,
            VmcoreInfoText.release(description.kernel),
            "#1 SMP synthetic",
            description.machine.name(),
            "(none)"
        };
        long at = image.physical("init_uts_ns") + description.kernel.utsNameOffset;
        for (String field : fields) {
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            memory.putBytes(at, Arrays.copyOf(bytes, Math.min(bytes.length, UTS_FIELD - 1)));
            at += UTS_FIELD;
        }
    }

    private record View(GuestMemory memory, MemoryModel model) implements SyntheticVmcore.Contents {
        @Override
        public boolean hasMemory(long pfn) {
            return memory.hasMemory(pfn);
        }

        @Override
        public boolean hasData(long pfn) {
            return memory.hasData(pfn);
        }

        @Override
        public byte[] page(long pfn) {
            return memory.seen(pfn);
        }

        @Override
        public byte[] structPage(long pfn) {
            if (!model.hasStructPage(pfn)) {
                return new byte[0];
            }
            long physical = model.structPagePhysical(pfn);
            int offset = (int) (physical & memory.pageSize() - 1);
            return Arrays.copyOfRange(
                    memory.raw(physical >> memory.pageShift()), offset, offset + MemoryModel.STRUCT_PAGE);
        }
    }
}
