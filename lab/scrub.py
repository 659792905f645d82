#!/usr/bin/env python3
"""scrub.py IN.elf IN.guest.txt LEVEL31.bitmap.z OUT.elf [options] - makes a vmcore small enough to ship.

Replaces the contents of pages nobody needs by a mark of their own, and leaves every page that a reader of the file asks for as it
is.  Nothing but contents of pages changes: the same ELF headers, the same notes, the same length, the same struct pages, the same
verdicts at every level.  Always the same output for the same input.

  IN.guest.txt         what mkvmcore.sh wrote beside the vmcore (the physical addresses of kernel text, rodata, data and bss)
  LEVEL31.bitmap.z     expect.sh's second bitmap of level 31: a clear bit is a page that is excluded

The mark: the page is filled with one 8-byte little-endian word, 0x53435255_00000000 ("SCRU") + page frame number, over and over: no
two pages are the same and none is zero.  A zero page stays zero.  Replaced are the pages that level 31 excludes, the kernel's code and
its rodata; --drop=slab,other goes on with slab pages and with all that is none of the following.  Kept exactly in any case:
  - page tables (walked from the top and every page-table page that struct page knows), struct pages (vmemmap), mem_section
  - the kernel's data and bss, so the printk ring buffer, init_uts_ns, swapper_pg_dir; the ring buffer also where it is allocated
  - pages of the kernel's rodata that hold linux_banner, and --keep-image=START-END: offsets from _stext, of what else in the kernel's
    image is needed. It is named by the kernel's debug symbols: __start_ro_after_init to __end_ro_after_init (per-CPU offsets)
  - blocks of unaccepted memory (their contents are a mark already)
--stats prints what each class of pages costs when it is compressed (needs zstd).
x86-64 and arm64 (any page size; what arm64 says is its code includes rodata), kernels 6.12 and newer (a page type in the top byte of
page._mapcount, SYMBOL(vmemmap), the printk ring buffer).  Python's standard library only.
"""
import collections, mmap, re, struct, subprocess, sys, zlib

args = [a for a in sys.argv[1:] if not a.startswith("--")]
stats = "--stats" in sys.argv
keep_image = [[int(v, 16) for v in a[13:].split("-")] for a in sys.argv if a.startswith("--keep-image=")]
drop = {"excluded", "code", "rodata"} | set(next((a[7:] for a in sys.argv if a.startswith("--drop=")), "").split(","))
src, guest, bitmap, dst = args

f = open(src, "rb")
core = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
phoff, = struct.unpack_from("<Q", core, 32)
phnum, = struct.unpack_from("<H", core, 56)
loads, info = [], {}
for i in range(phnum):
    t, _, off, _, pa, size, _, _ = struct.unpack_from("<IIQQQQQQ", core, phoff + 56 * i)
    if t == 1 and size:
        loads.append((pa, size, off))
    elif t == 4:
        text = core[off:off + size]
        for m in re.finditer(rb"^([A-Z]+)(?:\(([^)\n]*)\))?=([^\n\0]*)$", text[text.index(b"OSRELEASE="):], re.M):
            info[m.group(1).decode() + ("(" + m.group(2).decode() + ")" if m.group(2) else "")] = m.group(3).decode()


def where(pa):
    for start, size, off in loads:
        if start <= pa < start + size:
            return off + pa - start
    return None


def phys(pa, n):
    o = where(pa)
    return core[o:o + n] if o is not None else None


def number(key):
    v = info[key]
    return int(v, 0 if v.startswith("0x") else 10)


def symbol(name):
    return int(info["SYMBOL(%s)" % name], 16)


def offset(name):
    return number("OFFSET(%s)" % name)


PAGE = number("PAGESIZE")
SHIFT = PAGE.bit_length() - 1
ZERO = bytes(PAGE)
ENTRIES = PAGE // 8                     # of a page table
BITS = SHIFT - 3                        # of an address, by one level of tables
if "NUMBER(kimage_voffset)" in info:    # arm64
    actual, built = 64 - number("NUMBER(TCR_EL1_T1SZ)"), number("NUMBER(VA_BITS)")
    width = built if SHIFT == 16 else actual        # 64 KiB pages: the top table is the one of all bits, whatever the CPU takes
    lpa, lpa2 = SHIFT == 16 and number("NUMBER(MAX_PHYSMEM_BITS)") == 52, SHIFT < 16 and actual == 52
    image_base = number("NUMBER(kimage_voffset)")
    top = symbol("swapper_pg_dir") - image_base

    def direct(va):                                 # PHYS_OFFSET belongs to where the map would be with all bits
        return None if va >> actual - 1 & 1 else va + (1 << built) + number("NUMBER(PHYS_OFFSET)") & (1 << 64) - 1

    def leaf(e, level):
        return level == 1 or e & 3 == 1

    def address(e):
        if lpa:
            return e & 0xffffffff0000 | (e >> 12 & 15) << 48
        return e & (1 << 50) - PAGE | (e >> 8 & 3) << 50 if lpa2 else e & (1 << 48) - PAGE
else:
    width = 57 if number("NUMBER(pgtable_l5_enabled)") else 48
    MAP = 0xffffffff80000000
    image_base = MAP - number("NUMBER(phys_base)")
    top = symbol("init_top_pgt") - image_base

    def direct(va):
        return va - image_base if va >= MAP else None

    def leaf(e, level):
        return level == 1 or e & 0x80 and level < 4

    def address(e):
        return e & 0x000ffffffffff000
levels = -((SHIFT - width) // BITS)


def translate(va):
    if direct(va) is not None:
        return direct(va)
    table, low = top, va & (1 << width) - 1
    for level in range(levels, 0, -1):
        shift = SHIFT + BITS * (level - 1)
        index = low >> shift if level == levels else low >> shift & ENTRIES - 1
        e, = struct.unpack("<Q", phys(table + index * 8, 8))
        if not e & 1:
            return None
        table = address(e)
        if leaf(e, level):
            return (table & ~((1 << shift) - 1)) | va & ((1 << shift) - 1)
    return None


def read(va, n):
    out = b""
    while n:
        k = min(n, PAGE - va % PAGE)
        out += phys(translate(va), k)
        va, n = va + k, n - k
    return out


def pages_of(va, n):
    return {translate(a) // PAGE for a in range(va & ~(PAGE - 1), va + n, PAGE)}


def word(va):
    return struct.unpack("<Q", read(va, 8))[0]


# --- page tables, from the top
tables = set()


def walk(table, level):
    if table // PAGE in tables:
        return
    page = phys(table & -PAGE, PAGE)        # the top table may be shorter than a page
    if page is None or len(page) < PAGE:
        return
    tables.add(table // PAGE)
    if level == 1:
        return
    for e in struct.unpack_from("<%dQ" % (ENTRIES if level < levels else 1 << width - SHIFT - BITS * (levels - 1)), page, table % PAGE):
        if e & 1 and not leaf(e, level):
            walk(address(e), level - 1)


walk(top, levels)

# --- struct pages: their own pages, and every page's type
SIZE_PAGE = number("SIZE(page)")
bits = zlib.decompress(open(bitmap, "rb").read())
npages = len(bits) * 8
vmemmap = symbol("vmemmap")
struct_pages, types, flags = set(), {}, {}
for base in range(0, npages * SIZE_PAGE, PAGE):
    pa = translate(vmemmap + base)
    if pa is None:
        continue
    struct_pages.add(pa // PAGE)
    data = phys(pa, PAGE)
    for o in range(0, PAGE, SIZE_PAGE):
        pfn = (base + o) // SIZE_PAGE
        types[pfn], = struct.unpack_from("<I", data, o + offset("page._mapcount"))
        flags[pfn] = struct.unpack_from("<QQ", data, o + offset("page.flags"))
TABLE, SLAB = 0xf2, 0xf5
unaccepted_type = int(info.get("NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)", "0"))
compound = offset("page.compound_info") if "OFFSET(page.compound_info)" in info else offset("page.compound_head")
assert compound == offset("page.flags") + 8
slab = set()
head_mask = number("NUMBER(PG_head_mask)")
in_slab = False
unaccepted = set()
block = 1 << number("LENGTH(zone.free_area)") - 1
for pfn in sorted(types):
    tail = flags[pfn][1] & 1
    if not tail or types[pfn] >> 24 == SLAB:
        in_slab = types[pfn] >> 24 == SLAB
    if in_slab:
        slab.add(pfn)
    if types[pfn] >> 24 == TABLE:
        tables.add(pfn)
    if unaccepted_type and types[pfn] == unaccepted_type & 0xffffffff:
        unaccepted.update(range(pfn, pfn + block))

# --- mem_section: the array of roots and the root pages it points to
sections = set()
roots, n_roots = symbol("mem_section"), number("LENGTH(mem_section)")
sections |= pages_of(roots, n_roots * 8)
for r in struct.unpack("<%dQ" % n_roots, read(roots, n_roots * 8)):
    if r:
        sections |= pages_of(r, PAGE)

# --- printk
printk = set()
rb = word(symbol("prb"))
printk |= pages_of(rb, number("SIZE(printk_ringbuffer)"))
ring = rb + offset("printk_ringbuffer.desc_ring")
count = 1 << (struct.unpack("<I", read(ring + offset("prb_desc_ring.count_bits"), 4))[0])
printk |= pages_of(word(ring + offset("prb_desc_ring.descs")), count * number("SIZE(prb_desc)"))
printk |= pages_of(word(ring + offset("prb_desc_ring.infos")), count * number("SIZE(printk_info)"))
ring = rb + offset("printk_ringbuffer.text_data_ring")
size = 1 << (struct.unpack("<I", read(ring + offset("prb_data_ring.size_bits"), 4))[0])
printk |= pages_of(word(ring + offset("prb_data_ring.data")), size)

# --- the kernel image, from what the guest printed of /proc/iomem
image = collections.defaultdict(lambda: range(0))
for m in re.finditer(r"^IOMEM\s+([0-9a-f]+)-([0-9a-f]+) : Kernel (\w+)", open(guest).read(), re.M):
    image[m.group(3)] = range(int(m.group(1), 16) // PAGE, int(m.group(2), 16) // PAGE + 1)
data = set(image["data"]) | set(image["bss"])
code, rodata = set(image["code"]), set(image["rodata"])
banner = set()
constants = image["rodata"] or image["code"]
text = core[where(constants.start * PAGE):where(constants.start * PAGE) + len(constants) * PAGE]
for m in re.finditer(rb"Linux version " + re.escape(info["OSRELEASE"].encode()), text):
    banner.add(constants.start + m.start() // PAGE)

image_start = translate(symbol("_stext")) // PAGE
asked = {image_start + o for a, b in keep_image for o in range(a // PAGE, (b + PAGE - 1) // PAGE)}

# --- every page
classes = [("tables", tables), ("struct pages", struct_pages), ("mem_section", sections), ("printk", printk), ("data", data),
           ("banner", banner), ("keep-image", asked), ("unaccepted", unaccepted), ("code", code), ("rodata", rodata), ("slab", slab)]
assert not drop & {n for n, _ in classes[:8]}
seen = collections.Counter()
scrubbed = collections.Counter()
contents = collections.defaultdict(list)
out = open(dst, "wb")
out.write(core[:min(o for _, _, o in loads)])
for pa, size, off in loads:
    assert out.tell() == off and pa % PAGE == 0 and size % PAGE == 0
    for p in range(pa // PAGE, (pa + size) // PAGE):
        page = core[off + p * PAGE - pa:off + (p + 1) * PAGE - pa]
        kind = next((n for n, s in classes if p in s), "excluded" if p < npages and not bits[p >> 3] >> (p & 7) & 1 else "other")
        if page != ZERO:
            seen[kind] += 1
            if stats:
                contents[kind].append(page)
            if kind in drop:
                page = struct.pack("<Q", 0x5343525500000000 + p) * ENTRIES
                scrubbed[kind] += 1
        out.write(page)
out.write(core[out.tell():])          # what QEMU writes behind the last segment
out.close()
for k in sorted(seen):
    print("%-14s %7d pages not zero, %7d scrubbed" % (k, seen[k], scrubbed[k]))
if stats:
    for k, v in sorted(contents.items()):
        z = subprocess.run(["zstd", "-19", "--long", "-q", "-c"], input=b"".join(v), stdout=subprocess.PIPE).stdout
        print("%-14s %10d bytes -> %9d with zstd -19" % (k, len(v) * PAGE, len(z)))
