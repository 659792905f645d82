// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads the text that {@link SyntheticVmcore} describes. */
final class DescriptionParser {
    private static final Set<String> STATES = Set.of(
            "buddy",
            "unaccepted",
            "lru",
            "private",
            "swapcache",
            "swapbacked",
            "anon",
            "movable",
            "ksm",
            "cache",
            "slab",
            "hwpoison",
            "offline",
            "reserved",
            "compound",
            "hugetlb",
            "tail",
            "mapped");
    private static final Set<String> RAW_FIELDS =
            Set.of("flags", "mapcount", "refcount", "mapping", "private", "compound", "tailflags", "order");
    private static final int MAX_ORDER = 30;

    private final Description description = new Description();
    private final LogScript log = new LogScript(description.log);

    private DescriptionParser() {}

    static Description parse(String text) {
        DescriptionParser parser = new DescriptionParser();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            Words words = Words.of(i + 1, lines[i]);
            if (!words.isEmpty()) {
                parser.line(words);
                words.end();
            }
        }
        if (parser.description.memory.isEmpty()) {
            throw new DescriptionException("there is no line 'memory A-B'");
        }
        parser.description.machine.check(parser.description);
        return parser.description;
    }

    private void line(Words words) {
        String keyword = words.word("keyword");
        switch (keyword) {
            case "kernel" -> description.kernel = KernelPreset.of(words.word("kernel"), words.line());
            case "printk" -> description.logKind = words.choice(KernelPreset.Log.class, "", "printk");
            case "memory" -> memory(words);
            case "file" -> description.file.add(words.bytes("file range"));
            case "machine" -> description.machine = SyntheticMachine.of(words.word("machine"), words.line());
            case "page_size" -> pageSize(words);
            case "va_bits" -> vaBits(words);
            case "physical_bits" -> description.physicalBits = Math.toIntExact(words.number("physical_bits"));
            case "paging" -> paging(words);
            case "mapping" -> description.mapping = words.choice(Description.Mapping.class, "SIZE_", "mapping");
            case "kaslr" -> description.kaslr = words.number("kaslr");
            case "phys_base" -> description.physBase = words.number("phys_base");
            case "sme_mask" -> description.smeMask = words.number("sme_mask");
            case "page_offset" -> description.pageOffset = words.number("page_offset");
            case "vmemmap" -> description.vmemmap = words.number("vmemmap");
            case "mem_section" ->
                description.sections = words.choice(Description.SectionTable.class, "", "mem_section");
            case "without_memmap" -> description.withoutMemmap.add(words.pfns("page frames"));
            case "shared_memmap" -> description.sharedMemmap.add(words.pfns("page frames"));
            case "cpus" -> cpus(words);
            case "elf" -> description.elf = words.choice(Description.ElfLayout.class, "", "elf");
            case "nodename" -> description.nodename = words.string("nodename");
            case "page", "pages" -> pages(words);
            case "fill" -> fill(words);
            case "log", "panic", "oops" -> log.line(keyword, words);
            case "log_ring" -> logRing(words);
            case "poke" -> poke(words);
            case "set" -> set(words);
            case "unset" -> description.unset.add(words.word("key"));
            default -> throw new DescriptionException(words.line(), "unknown keyword '" + keyword + "'");
        }
    }

    private void memory(Words words) {
        ByteRange range = words.bytes("memory range");
        for (ByteRange other : description.memory) {
            if (other.touches(range.start(), range.end())) {
                throw new DescriptionException(words.line(), "memory overlaps an earlier line");
            }
        }
        description.memory.add(range);
    }

    private void pageSize(Words words) {
        long size = words.number("page size");
        if (size != 4 << 10 && size != 16 << 10 && size != 64 << 10) {
            throw new DescriptionException(words.line(), "page_size is 4K, 16K or 64K, not " + size);
        }
        description.pageShift = Long.numberOfTrailingZeros(size);
    }

    private void vaBits(Words words) {
        description.vaBits = Math.toIntExact(words.number("va_bits"));
        if (words.hasMore()) {
            description.vaBitsInUse = Math.toIntExact(words.number("va_bits in use"));
        }
    }

    private void paging(Words words) {
        description.levels = Math.toIntExact(words.number("paging levels"));
        if (description.levels != 4 && description.levels != 5) {
            throw new DescriptionException(words.line(), "paging has 4 or 5 levels, not " + description.levels);
        }
    }

    private void cpus(Words words) {
        description.cpus = Math.toIntExact(words.number("cpus"));
        if (description.cpus < 0 || description.cpus > 4096) {
            throw new DescriptionException(words.line(), "cpus is 0 to 4096, not " + description.cpus);
        }
    }

    private void pages(Words words) {
        ByteRange pfns = words.pfns("page frames");
        Set<String> states = new HashSet<>();
        Map<String, Long> values = new HashMap<>();
        while (words.hasMore()) {
            String word = words.word("state");
            int equals = word.indexOf('=');
            if (equals > 0) {
                String key = word.substring(0, equals);
                if (!RAW_FIELDS.contains(key)) {
                    throw new DescriptionException(words.line(), "unknown field '" + key + "'");
                }
                values.put(key, Words.parse(words.line(), word.substring(equals + 1)));
            } else if (STATES.contains(word) || word.equals("raw")) {
                states.add(word);
            } else {
                throw new DescriptionException(words.line(), "unknown page state '" + word + "'");
            }
        }
        if (states.isEmpty()) {
            throw new DescriptionException(words.line(), "no page state is named");
        }
        PageLine line = new PageLine(words.line(), pfns.start(), pfns.end(), states, values);
        if (line.values().getOrDefault("order", 0L) < 0 || line.values().getOrDefault("order", 0L) > MAX_ORDER) {
            throw new DescriptionException(
                    words.line(), "order is 0 to " + MAX_ORDER + "; use raw fields for what no kernel would write");
        }
        description.pages.add(line);
    }

    private void fill(Words words) {
        String where = words.word("page frames or 'default'");
        if (where.equals("default")) {
            description.defaultFill = words.choice(FillLine.Kind.class, "", "fill");
            return;
        }
        ByteRange pfns = Words.of(words.line(), where).pfns("page frames");
        FillLine.Kind kind = words.choice(FillLine.Kind.class, "", "fill");
        long value = 0;
        if (words.hasMore()) {
            String word = words.word("seed or value");
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new DescriptionException(words.line(), "expected seed=N or value=N, found '" + word + "'");
            }
            value = Words.parse(words.line(), word.substring(equals + 1));
        }
        description.fills.add(new FillLine(pfns.start(), pfns.end(), kind, value));
    }

    private void logRing(Words words) {
        while (words.hasMore()) {
            String word = words.word("descs=BITS or text=BITS");
            int bits = Math.toIntExact(Words.parse(words.line(), word.substring(word.indexOf('=') + 1)));
            if (bits < 1 || bits > 24) {
                throw new DescriptionException(words.line(), "a ring has 1 to 24 bits, not " + bits);
            }
            if (word.startsWith("descs=")) {
                description.logDescriptorBits = bits;
            } else if (word.startsWith("text=")) {
                description.logTextBits = bits;
            } else {
                throw new DescriptionException(words.line(), "expected descs=BITS or text=BITS, found '" + word + "'");
            }
        }
    }

    private void poke(Words words) {
        String place = words.word("NAME+OFFSET");
        int plus = place.indexOf('+');
        String name = plus < 0 ? place : place.substring(0, plus);
        long offset = plus < 0 ? 0 : Words.parse(words.line(), place.substring(plus + 1));
        int bytes = switch (words.word("u8, u16, u32 or u64")) {
            case "u8" -> 1;
            case "u16" -> 2;
            case "u32" -> 4;
            case "u64" -> 8;
            default -> throw new DescriptionException(words.line(), "expected u8, u16, u32 or u64");
        };
        description.pokes.add(new Poke(words.line(), name, offset, bytes, words.number("value")));
    }

    private void set(Words words) {
        String word = words.word("KEY=value");
        int equals = word.indexOf('=');
        if (equals <= 0) {
            throw new DescriptionException(words.line(), "expected KEY=value, found '" + word + "'");
        }
        description.set.put(word.substring(0, equals), word.substring(equals + 1));
    }
}
