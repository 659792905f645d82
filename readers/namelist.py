#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""namelist.py VMCORE.elf NAMELIST - makes a vmlinux for crash out of an unfiltered vmcore alone, in place of the gigabyte of a
kernel's debug package: symbols from the kernel's kallsyms, types from its BTF, written as an ELF file with a symbol table and
DWARF. For kernels with CONFIG_KALLSYMS_ALL, CONFIG_DEBUG_INFO_BTF and kallsyms in VMCOREINFO (Linux 6.0 and newer): all of Debian's.
There are no line numbers and no inline functions in it. BTF has types of per-CPU variables only; those of a few more that crash asks for stand in VARIABLES.
Exit status: 0 made, 2 the vmcore does not say what is needed."""
import re
import struct
import sys

from readback import Unusable, Vmcore

PAGE = 4096
MAX_SYMBOLS = 1 << 20
MAX_BTF = 64 << 20

# Variables and their types in C, as far as BTF names them: an array has the number or the
# enumerator of its length, or none where it is as long as the room for it: where the kernel aligns the next variable, that is too long.
VARIABLES = {
    "init_task": "task_struct",
    "init_uts_ns": "uts_namespace",
    "init_mm": "mm_struct",
    "init_pid_ns": "pid_namespace",
    "node_data": "pglist_data*[]",
    "swapper_spaces": "address_space*[]",
    "mt_slots": "unsigned char[4]",
    "mt_pivots": "unsigned char[4]",
    "node_states": "nodemask_t[NR_NODE_STATES]",
    "kmalloc_caches": "kmem_cache*[][14]",
    "modules": "list_head",
    "slab_caches": "list_head",
    "vmap_area_list": "list_head",
    "linux_banner": "char[]",
    "vm_event_states": "vm_event_state",
    "vm_zone_stat": "atomic_long_t[NR_VM_ZONE_STAT_ITEMS]",
    "vm_node_stat": "atomic_long_t[NR_VM_NODE_STAT_ITEMS]",
    "__per_cpu_offset": "long unsigned int[]",
    "swap_info": "swap_info_struct*[]",
    "vm_committed_as": "percpu_counter",
    "totalram_pages": "atomic_long_t",
    "hstates": "hstate[]",
    "irq_desc_tree": "xarray",
    "possible_cpus": "cpumask",
    "__cpu_online_mask": "cpumask",
    "__cpu_possible_mask": "cpumask",
    "__cpu_present_mask": "cpumask",
    "prb": "printk_ringbuffer*",
    "printk_rb_static": "printk_ringbuffer",
    "mem_section": "mem_section**",
    "jiffies_64": "long unsigned int",
    "high_memory": "void*",
    "nr_cpu_ids": "unsigned int",
}


class Kernel:
    """What the running kernel knew of itself: read through the kernel image's own linear mapping."""

    def __init__(self, path):
        self.vmcore = Vmcore(path)
        if self.vmcore.vmcoreinfo is None:
            raise Unusable(f"{path}: no VMCOREINFO")
        text = bytes(self.vmcore.vmcoreinfo).rstrip(b"\0").decode()
        self.info = dict(re.findall(r"^([^=\n]+)=(.*)$", text, re.M))
        (self.machine,) = struct.unpack_from("<H", self.vmcore.data, 18)
        if "NUMBER(phys_base)" in self.info:
            self.image = 0xFFFFFFFF80000000 - int(self.info["NUMBER(phys_base)"])
        elif "NUMBER(kimage_voffset)" in self.info:
            self.image = int(self.info["NUMBER(kimage_voffset)"], 16)
        elif "NUMBER(va_kernel_pa_offset)" in self.info:
            self.image = int(self.info["NUMBER(va_kernel_pa_offset)"], 16)
        else:
            raise Unusable(f"{path}: VMCOREINFO does not say where the kernel image is")
        self.offset = int(self.info.get("KERNELOFFSET", "0"), 16)
        self.symbols = self._kallsyms()
        self.address = {name: value for name, _, value in self.symbols}

    def read(self, address, size):
        phys, found = address - self.image, bytearray()
        while len(found) < size:
            at = phys + len(found)
            page = self.vmcore.page(at & -PAGE, PAGE)
            if page is None:
                raise Unusable(f"{self.vmcore.path}: no memory at physical address {at:#x}")
            found += page[at % PAGE:at % PAGE + size - len(found)]
        return bytes(found)

    def _symbol(self, name):
        key = f"SYMBOL({name})"
        if key not in self.info:
            raise Unusable(f"{self.vmcore.path}: VMCOREINFO has no {key}")
        return int(self.info[key], 16)

    def _kallsyms(self):
        """Each symbol's name, type letter and address as the kernel runs."""
        (count,) = struct.unpack("<I", self.read(self._symbol("kallsyms_num_syms"), 4))
        if not 0 < count <= MAX_SYMBOLS:
            raise Unusable(f"{self.vmcore.path}: kallsyms_num_syms is {count}, expected 1 to {MAX_SYMBOLS}")
        index = struct.unpack("<256H", self.read(self._symbol("kallsyms_token_index"), 512))
        table = self.read(self._symbol("kallsyms_token_table"), max(index) + 64)
        tokens = [table[at:table.index(0, at)].decode() for at in index]
        offsets = struct.unpack(f"<{count}i", self.read(self._symbol("kallsyms_offsets"), 4 * count))
        (base,) = struct.unpack("<Q", self.read(self._symbol("kallsyms_relative_base"), 8))
        names, at, address = [], 0, self._symbol("kallsyms_names")
        packed = self.read(address, count * 8)
        for _ in range(count):
            if at + 4096 > len(packed):
                packed += self.read(address + len(packed), 1 << 16)
            length, at = packed[at], at + 1
            if length & 0x80:
                length, at = length & 0x7F | packed[at] << 7, at + 1
            names.append("".join(tokens[byte] for byte in packed[at:at + length]))
            at += length
        # CONFIG_KALLSYMS_ABSOLUTE_PERCPU counts backwards from the base, and offsets of per-CPU variables are not negative.
        stext = self._symbol("_stext")
        values = [base + (offset & 0xFFFFFFFF) for offset in offsets]
        if not any(name[1:] == "_stext" and value == stext for name, value in zip(names, values)):
            values = [offset if offset >= 0 else base - 1 - offset for offset in offsets]
        symbols = [(name[1:], name[0], value) for name, value in zip(names, values)]
        if ("_stext", stext) not in ((name, value) for name, _, value in symbols):
            raise Unusable(f"{self.vmcore.path}: kallsyms do not have _stext where VMCOREINFO has it")
        return symbols

    def btf(self):
        start, stop = self.address.get("__start_BTF"), self.address.get("__stop_BTF")
        if start is None or stop is None or not 24 < stop - start <= MAX_BTF:
            raise Unusable(f"{self.vmcore.path}: the kernel has no BTF")
        return self.read(start, stop - start)


def sleb(value):
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        if value == 0 and not byte & 0x40 or value == -1 and byte & 0x40:
            return bytes(out + bytes([byte]))
        out.append(byte | 0x80)


class Dwarf:
    """One compilation unit of DWARF 4. An entry's number is its abbreviation and its children's place at once."""

    ADDR, BLOCK, DATA4, STRING, DATA8, DATA1, REF, SDATA, STRP, FLAG, EXPR = 0x01, 0x0A, 0x06, 0x08, 0x07, 0x0B, 0x13, 0x0D, 0x0E, 0x19, 0x18
    NAME, SIZE, BITS, ENCODING, TYPE, LOCATION, MEMBER, BIT, UPPER, VALUE = 0x03, 0x0B, 0x0D, 0x3E, 0x49, 0x02, 0x38, 0x6B, 0x2F, 0x1C
    DECLARATION, EXTERNAL, PROTOTYPED, LOW, HIGH = 0x3C, 0x3F, 0x27, 0x11, 0x12

    def __init__(self):
        self.info, self.abbrev, self.text = bytearray(), {}, bytearray(b"\0")
        self.strings, self.places, self.patches = {}, {}, []

    def entry(self, tag, children, *attributes):
        """An attribute is (name, form, value); a value None leaves it out."""
        attributes = [a for a in attributes if a[2] is not None]
        shape = (tag, children, tuple(a[:2] for a in attributes))
        code = self.abbrev.setdefault(shape, len(self.abbrev) + 1)
        self.info += self._uleb(code)
        for _, form, value in attributes:
            if form == self.REF:
                self.patches.append((len(self.info), value))
                self.info += bytes(4)
            elif form == self.STRP:
                self.info += struct.pack("<I", self._string(value))
            elif form == self.SDATA:
                self.info += sleb(value)
            elif form == self.EXPR:
                self.info += bytes([len(value)]) + value
            elif form != self.FLAG:
                self.info += struct.pack({self.ADDR: "<Q", self.DATA8: "<Q", self.DATA4: "<I", self.DATA1: "<B"}[form], value)

    def end(self):
        self.info.append(0)

    def _string(self, value):
        if value not in self.strings:
            self.strings[value] = len(self.text)
            self.text += value.encode() + b"\0"
        return self.strings[value]

    @staticmethod
    def _uleb(value):
        return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80, value >> 7])

    def sections(self):
        head = 11  # unit_length, version, abbreviations' offset, bytes of an address
        for at, key in self.patches:
            struct.pack_into("<I", self.info, at, self.places[key] + head)
        info = struct.pack("<IHIB", len(self.info) + head - 4, 4, 0, 8) + self.info
        abbrev = bytearray()
        for (tag, children, attributes), code in self.abbrev.items():
            abbrev += self._uleb(code) + self._uleb(tag) + bytes([children])
            for name, form in attributes:
                abbrev += bytes([name, form])
            abbrev += b"\0\0"
        return {".debug_info": info, ".debug_abbrev": bytes(abbrev + b"\0"), ".debug_str": bytes(self.text)}


class Types:
    """The kernel's BTF, as DWARF."""

    INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(1, 20)
    TRAILER = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}
    EACH = {STRUCT: 12, UNION: 12, ENUM: 8, PROTO: 8, DATASEC: 12, ENUM64: 12}

    def __init__(self, btf):
        magic, _, _, head, type_at, type_size, string_at, string_size = struct.unpack_from("<HBBIIIII", btf)
        if magic != 0xEB9F:
            raise Unusable(f"BTF begins with {magic:#x}, expected 0xeb9f")
        self.strings = btf[head + string_at:head + string_at + string_size]
        self.raw, at = btf[head + type_at:head + type_at + type_size], 0
        self.types = [(None, 0, 0, 0, 0, 0)]  # name, kind, flag, entries, size or type, place of what follows
        while at < len(self.raw):
            name, info, size = struct.unpack_from("<III", self.raw, at)
            kind, count, at = info >> 24 & 31, info & 0xFFFF, at + 12
            if kind == 0 or kind > self.ENUM64:
                raise Unusable(f"BTF has a type of kind {kind}, expected 1 to 19")
            self.types.append((self._text(name), kind, info >> 31, count, size, at))
            at += self.TRAILER.get(kind, 0) + self.EACH.get(kind, 0) * count
        self.named, self.enumerators = {}, {}
        for number, (name, kind, *_) in enumerate(self.types):
            if name and kind in (self.INT, self.STRUCT, self.UNION, self.TYPEDEF):
                self.named.setdefault(name, number)

    def _text(self, at):
        return self.strings[at:self.strings.index(0, at)].decode() or None if at else None

    def size_of(self, number):
        _, kind, _, _, size, at = self.types[number]
        if kind in (self.INT, self.STRUCT, self.UNION, self.ENUM, self.ENUM64, self.FLOAT):
            return size
        if kind == self.ARRAY:
            element, _, count = struct.unpack_from("<III", self.raw, at)
            return self.size_of(element) * count
        if kind == self.PTR:
            return 8
        return self.size_of(size) if size else 1

    def write(self, dwarf):
        for number in range(1, len(self.types)):
            dwarf.places[number] = len(dwarf.info)
            self._write(dwarf, number)

    def _write(self, d, number):
        name, kind, flag, count, size, at = self.types[number]
        named, of = (d.NAME, d.STRP, name), (d.TYPE, d.REF, size or None)
        if kind == self.INT:
            (how,) = struct.unpack_from("<I", self.raw, at)
            encoding = 2 if how >> 24 & 4 else (6 if size == 1 else 5) if how >> 24 & 1 else 8 if name and "char" in name else 7
            d.entry(0x24, 0, named, (d.SIZE, d.DATA1, size), (d.ENCODING, d.DATA1, encoding))
        elif kind == self.FLOAT:
            d.entry(0x24, 0, named, (d.SIZE, d.DATA1, size), (d.ENCODING, d.DATA1, 4))
        elif kind == self.PTR:
            d.entry(0x0F, 0, (d.SIZE, d.DATA1, 8), of)
        elif kind == self.ARRAY:
            element, index, length = struct.unpack_from("<III", self.raw, at)
            lengths = [length]
            while element and self.types[element][1] == self.ARRAY:
                element, index, length = struct.unpack_from("<III", self.raw, self.types[element][5])
                lengths.append(length)
            self._array(d, element, lengths)
        elif kind in (self.STRUCT, self.UNION):
            self._members(d, 0x13 if kind == self.STRUCT else 0x17, named, flag, count, size, at)
        elif kind in (self.ENUM, self.ENUM64):
            d.entry(0x04, 1, named, (d.SIZE, d.DATA1, size))
            for i in range(count):
                if kind == self.ENUM:
                    text, value = struct.unpack_from("<Ii" if flag else "<II", self.raw, at + 8 * i)
                    value = value if flag else value if value < 1 << 31 else value - (1 << 32)
                    self.enumerators[self._text(text)] = value
                else:
                    text, low, high = struct.unpack_from("<III", self.raw, at + 12 * i)
                    value = high << 32 | low
                    value = value if value < 1 << 63 else value - (1 << 64)
                d.entry(0x28, 0, (d.NAME, d.STRP, self._text(text)), (d.VALUE, d.SDATA, value))
            d.end()
        elif kind == self.FWD:
            d.entry(0x17 if flag else 0x13, 0, named, (d.DECLARATION, d.FLAG, True))
        elif kind in (self.TYPEDEF, self.TYPE_TAG, self.VOLATILE, self.CONST, self.RESTRICT):
            tag = {self.VOLATILE: 0x35, self.CONST: 0x26, self.RESTRICT: 0x37}.get(kind, 0x16)
            d.entry(tag, 0, named if kind in (self.TYPEDEF, self.TYPE_TAG) else (d.NAME, d.STRP, None), of)
        elif kind == self.PROTO:
            d.entry(0x15, 1, (d.PROTOTYPED, d.FLAG, True), of)
            for i in range(count):
                _, parameter = struct.unpack_from("<II", self.raw, at + 8 * i)
                d.entry(0x05, 0, (d.TYPE, d.REF, parameter)) if parameter else d.entry(0x18, 0)
            d.end()

    def _array(self, d, element, lengths):
        d.entry(0x01, 1, (d.TYPE, d.REF, element or None))
        for length in lengths:
            d.entry(0x21, 0, (d.UPPER, d.DATA4, length - 1 if length else None))
        d.end()

    def _members(self, d, tag, named, bitfields, count, size, at):
        d.entry(tag, 1, named, (d.SIZE, d.DATA4, size))
        for i in range(count):
            text, member, offset = struct.unpack_from("<III", self.raw, at + 12 * i)
            bits = offset >> 24 if bitfields else 0
            offset = offset & 0xFFFFFF if bitfields else offset
            name = (d.NAME, d.STRP, self._text(text))
            if bits:
                d.entry(0x0D, 0, name, (d.TYPE, d.REF, member), (d.BITS, d.DATA1, bits), (d.BIT, d.DATA4, offset))
            else:
                d.entry(0x0D, 0, name, (d.TYPE, d.REF, member), (d.MEMBER, d.DATA4, offset // 8))
        d.end()

    def variables(self, d, kernel, link):
        """Per-CPU variables of BTF, and those of VARIABLES, at the addresses that they were linked to."""
        for name, kind, _, _, of, _ in self.types:
            if kind == self.VAR and name in kernel.address:
                self._variable(d, name, link(name), of)
        ends = sorted({value for _, _, value in kernel.symbols})
        behind = dict(zip(ends, ends[1:]))
        for name, declared in VARIABLES.items():
            base, stars, dimensions = re.fullmatch(r"([\w ]+)(\**)((?:\[\w*\])*)", declared).groups()
            if name not in kernel.address or base != "void" and base not in self.named:
                continue
            of = self.named.get(base)
            for _ in stars:
                key = ("variable", name, len(d.info))
                d.places[key] = len(d.info)
                d.entry(0x0F, 0, (d.SIZE, d.DATA1, 8), (d.TYPE, d.REF, of))
                of = key
            lengths = [int(n) if n.isdigit() else self.enumerators.get(n) for n in re.findall(r"\[(\w*)\]", dimensions)]
            if lengths:
                inner = 8 if stars else self.size_of(of)
                for n in lengths[1:]:
                    inner *= n
                room = behind.get(kernel.address[name], kernel.address[name] + inner) - kernel.address[name]
                key = ("array", name)
                d.places[key] = len(d.info)
                self._array(d, of, [lengths[0] or max(1, room // inner)] + lengths[1:])
                of = key
            self._variable(d, name, link(name), of)

    @staticmethod
    def _variable(d, name, address, of):
        d.entry(0x34, 0, (d.NAME, d.STRP, name), (d.TYPE, d.REF, of), (d.EXTERNAL, d.FLAG, True),
                (d.LOCATION, d.EXPR, b"\x03" + struct.pack("<Q", address & (1 << 64) - 1)))


SECTIONS = {"t": ".text", "w": ".text", "r": ".rodata", "d": ".data", "v": ".data", "b": ".bss"}


def write_elf(path, machine, symbols, banner, debug):
    """An executable file: sections that only say where symbols are (holes of the file: crash takes one without contents for a file of
    symbols alone), the kernel's banner, the symbol table and the types."""
    names, strings, pieces, sections = bytearray(b"\0"), bytearray(b"\0"), [], [(0,) * 10]
    end = 64

    def section(name, kind, flags, address, content, size=None, link=0, info=0, each=0):
        nonlocal end
        at, end, size = len(names), end + -end % 16, len(content) if size is None else size
        names.extend(name.encode() + b"\0")
        sections.append((at, kind, flags, address, end, size, link, info, 16, each))
        pieces.append((end, content))
        end += size if kind != 8 else 0
        return len(sections) - 1

    at = {name: value for name, _, value in symbols}
    place = {}
    for name, kind, flags in ((".text", 1, 6), (".rodata", 1, 2), (".data", 1, 3), (".bss", 8, 3)):
        own = [value for _, letter, value in symbols if SECTIONS.get(letter.lower()) == name]
        place[name] = section(name, kind, flags, min(own), b"", max(own) - min(own) + 8)
    if "_sinittext" in at:
        place[".init.text"] = section(".init.text", 1, 6, at["_sinittext"], b"", at["_einittext"] - at["_sinittext"])
    percpu = range(0)
    if at.get("__per_cpu_start", 1) == 0:  # per-CPU variables of x86-64 before Linux 6.15 are numbered from 0
        percpu = range(at["__per_cpu_end"])
        place[".data..percpu"] = section(".data..percpu", 1, 3, 0, b"", len(percpu))
    section(".banner", 1, 0, 0, banner)
    for name, content in debug.items():
        section(name, 1, 0, 0, content)
    table = bytearray(24)
    for name, letter, value in symbols:
        index = place.get(SECTIONS.get(letter.lower()), 0xFFF1)
        if letter in "tT" and at.get("_sinittext", 1 << 64) <= value < at.get("_einittext", 0):
            index = place[".init.text"]
        if value in percpu:
            index = place[".data..percpu"]
        kind = 2 if letter in "tTwW" else 0 if letter in "aA" else 1
        table += struct.pack("<IBBHQQ", len(strings), (1 << 4 if letter.isupper() else 0) | kind, 0, index, value & (1 << 64) - 1, 0)
        strings += name.encode() + b"\0"
    linked = section(".strtab", 3, 0, 0, strings)
    section(".symtab", 2, 0, 0, table, link=linked, info=1, each=24)
    names_at = section(".shstrtab", 3, 0, 0, names + b".shstrtab\0")
    with open(path, "wb") as out:
        out.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, machine, 1, at["_stext"], 0, end, 0, 64, 0, 0, 64, len(sections), names_at))
        for position, content in pieces:
            out.seek(position)
            out.write(content)
        out.seek(end)
        for header in sections:
            out.write(struct.pack("<IIQQQQIIQQ", *header))


def main():
    vmcore, namelist = sys.argv[1:]
    kernel = Kernel(vmcore)
    linked = {}
    for name, letter, value in kernel.symbols:
        linked.setdefault(name, value - kernel.offset if value >= kernel.address["_stext"] - (1 << 30) else value)
    symbols = [(name, letter, value - kernel.offset if value >= 1 << 63 else value) for name, letter, value in kernel.symbols]
    types, dwarf = Types(kernel.btf()), Dwarf()
    dwarf.entry(0x11, 1, (0x13, dwarf.DATA1, 0x0C), (dwarf.NAME, dwarf.STRP, "kernel"), (dwarf.LOW, dwarf.ADDR, linked["_stext"]),
                (dwarf.HIGH, dwarf.DATA8, linked["_etext"] - linked["_stext"]))
    types.write(dwarf)
    types.variables(dwarf, kernel, linked.__getitem__)
    dwarf.end()
    banner = kernel.read(kernel.address["linux_banner"], 512).split(b"\0")[0] + b"\0"
    write_elf(namelist, kernel.machine, symbols, banner, dwarf.sections())
    print(f"{namelist}: {len(symbols)} symbols, {len(types.types) - 1} types of {banner[:60].decode()}…")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError, struct.error, KeyError, IndexError, ValueError) as e:
        print(f"namelist: {e}", file=sys.stderr)
        sys.exit(2)
