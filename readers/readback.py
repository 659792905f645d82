#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a kdump file with libkdumpfile and compares every page in it with the ELF vmcore it was made from.

    readback.py KDUMP VMCORE [--bitmap FILE] [--kept N] [--incomplete]

Looks at every page of the second bitmap, at VMCOREINFO, and at the first bitmap where this libkdumpfile shows it.
Prints one line of counts. Exit status: 0 the same, 1 different, 2 cannot be compared.

Needs the Python module of libkdumpfile (Debian: python3-libkdumpfile, for /usr/bin/python3).
"""

import argparse
import mmap
import struct
import sys
import zlib

try:
    import kdumpfile
except ImportError as e:
    print(f"readback: {e}: install python3-libkdumpfile and use its Python", file=sys.stderr)
    sys.exit(2)

PT_LOAD = 1
PT_NOTE = 4
PN_XNUM = 0xFFFF
STATUS_INCOMPLETE = 0x8
BATCH = 64  # pages read at once
MAX_COMPLAINTS = 10


class Unusable(Exception):
    """One of the files is not what this script compares."""


class Vmcore:
    """An ELF64 little-endian vmcore: which physical memory it holds, and the bytes of it."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as f:
            self.data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise Unusable(f"{path}: no ELF64 little-endian file")
        phoff, shoff = struct.unpack_from("<QQ", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        if count == PN_XNUM:  # the real number is sh_info of section 0
            (count,) = struct.unpack_from("<I", self.data, shoff + 44)
        self.loads = []  # (first address, end of the file's bytes, end of memory, offset in the file)
        self.vmcoreinfo = None
        for i in range(count):
            kind, _, offset, _, paddr, filesz, memsz, _ = struct.unpack_from("<IIQQQQQQ", self.data, phoff + i * size)
            if kind == PT_LOAD:
                self.loads.append((paddr, paddr + filesz, paddr + memsz, offset))
            elif kind == PT_NOTE:
                self._notes(offset, offset + filesz)
        self.loads.sort()

    def _notes(self, at, end):
        while at + 12 <= end:
            namesz, descsz, _ = struct.unpack_from("<III", self.data, at)
            desc = at + 12 + (namesz + 3 & ~3)
            if self.data[at + 12:at + 12 + namesz].rstrip(b"\0") == b"VMCOREINFO":
                self.vmcoreinfo = self.data[desc:desc + descsz]
            at = desc + (descsz + 3 & ~3)

    def page(self, addr, size):
        """Bytes of a page, zeros where the file has none; None when no PT_LOAD touches it."""
        found = None
        for start, backed, end, offset in self.loads:
            if start >= addr + size:
                break
            if end <= addr:
                continue
            if start <= addr and addr + size <= backed:
                return self.data[offset + addr - start:offset + addr - start + size]
            found = found or bytearray(size)
            low, high = max(addr, start), min(addr + size, backed)
            if low < high:
                found[low - addr:high - addr] = self.data[offset + low - start:offset + high - start]
        return None if found is None else bytes(found)

    def present(self, addr, size):
        return any(start < addr + size and addr < end for start, _, end, _ in self.loads)


class Report:
    def __init__(self):
        self.complaints = 0

    def differs(self, text):
        self.complaints += 1
        if self.complaints <= MAX_COMPLAINTS:
            print(f"DIFFERENT {text}")
        elif self.complaints == MAX_COMPLAINTS + 1:
            print("DIFFERENT ... and more")


def runs(bitmap, end):
    """Runs (first, end) of set bits below an end."""
    at = 0
    while at < end:
        try:
            first = bitmap.find_set(at)
        except kdumpfile.exceptions.NoDataException:
            return
        if first >= end:
            return
        try:
            at = min(end, bitmap.find_clear(first))
        except kdumpfile.exceptions.NoDataException:
            at = end
        yield first, at


def read_pages(dump, page_size, pfn, pages):
    """Pages one by one, None for one that libkdumpfile cannot read."""
    try:
        data = dump.read(kdumpfile.KDUMP_MACHPHYSADDR, pfn * page_size, pages * page_size)
        return [bytes(data[i * page_size:(i + 1) * page_size]) for i in range(pages)]
    except kdumpfile.exceptions.KDumpBaseException as e:
        if pages == 1:
            return [e]
    return [page for i in range(pages) for page in read_pages(dump, page_size, pfn + i, 1)]


def compare_pages(dump, vmcore, page_size, end, incomplete, report):
    # Many reads of several pages that fail end libkdumpfile 0.5.1 with SIGSEGV; those of one page do not.
    batch = 1 if incomplete else BATCH
    counts = {"kept": 0, "same": 0, "zero": 0, "missing": 0}
    zeros = bytes(page_size)
    for first, behind in runs(dump.attr["file.pagemap"], end):
        counts["kept"] += behind - first
        for pfn in range(first, behind, batch):
            for i, page in enumerate(read_pages(dump, page_size, pfn, min(batch, behind - pfn))):
                expected = vmcore.page((pfn + i) * page_size, page_size)
                if expected is None:
                    report.differs(f"page frame {pfn + i} is in the dump, the vmcore has no such memory")
                elif not isinstance(page, bytes):
                    counts["missing"] += 1
                    if not incomplete:
                        report.differs(f"page frame {pfn + i} cannot be read: {page}")
                elif page != expected:
                    at = next(k for k in range(page_size) if page[k] != expected[k])
                    report.differs(f"page frame {pfn + i} at byte {at}: found {page[at]:#04x}, expected {expected[at]:#04x}")
                else:
                    counts["same"] += 1
                    counts["zero"] += page == zeros
    return counts


def compare_bitmap(dump, end, path, report):
    with open(path, "rb") as f:
        expected = f.read()
    if expected[:1] == b"\x78":
        expected = zlib.decompress(expected)
    for first, behind in runs(dump.attr["file.pagemap"], end):
        for pfn in range(first, behind):
            if pfn >= len(expected) * 8 or not expected[pfn >> 3] >> (pfn & 7) & 1:
                report.differs(f"page frame {pfn} is kept, {path} does not want it")
    found = sum(behind - first for first, behind in runs(dump.attr["file.pagemap"], end))
    wanted = sum(bin(byte).count("1") for byte in expected)
    if found != wanted:
        report.differs(f"{found} page frames are kept, {path} wants {wanted}")


def compare_memory(dump, vmcore, page_size, end, report):
    """The first bitmap: all that is memory, and nothing else. Returns the number of pages, None when it is not shown."""
    try:
        present = dump.attr["memory.pagemap"]
    except KeyError:
        return None
    count = 0
    for first, behind in runs(present, end):
        count += behind - first
        for pfn in range(first, behind):
            if not vmcore.present(pfn * page_size, page_size):
                report.differs(f"page frame {pfn} is in the first bitmap, the vmcore has no such memory")
    return count


def main():
    parser = argparse.ArgumentParser(description="compare a kdump file with the vmcore it was made from")
    parser.add_argument("kdump")
    parser.add_argument("vmcore")
    parser.add_argument("--bitmap", help="the second bitmap must be the one in this file (raw or zlib)")
    parser.add_argument("--kept", type=int, help="number of pages the second bitmap must have")
    parser.add_argument("--incomplete", action="store_true", help="the file must say that it is incomplete; pages may be missing")
    options = parser.parse_args()

    vmcore = Vmcore(options.vmcore)
    with open(options.kdump, "rb") as f:
        header = f.read(464)
    if header[:8] != b"KDUMP   " or len(header) < 464:
        raise Unusable(f"{options.kdump}: no kdump file")
    (status,) = struct.unpack_from("<I", header, 424)
    try:
        dump = kdumpfile.kdumpfile(options.kdump)
    except (kdumpfile.exceptions.KDumpBaseException, OSError) as e:
        raise Unusable(f"{options.kdump}: libkdumpfile says: {e}") from e
    page_size = dump.attr["arch.page_size"]
    end = dump.attr["max_pfn"]

    report = Report()
    if bool(status & STATUS_INCOMPLETE) != options.incomplete:
        report.differs(f"status is {status:#x}, expected an {'in' if options.incomplete else ''}complete dump")
    if vmcore.vmcoreinfo is not None and bytes(dump.attr["linux.vmcoreinfo.raw"]) != vmcore.vmcoreinfo:
        report.differs("VMCOREINFO")
    present = compare_memory(dump, vmcore, page_size, end, report)
    counts = compare_pages(dump, vmcore, page_size, end, options.incomplete, report)
    if options.bitmap:
        compare_bitmap(dump, end, options.bitmap, report)
    if options.kept is not None and counts["kept"] != options.kept:
        report.differs(f"{counts['kept']} page frames are kept, expected {options.kept}")

    print(
        f"{options.kdump}: status={status:#x} page_size={page_size} end_pfn={end} present={present} "
        + " ".join(f"{name}={count}" for name, count in counts.items())
        + f" different={report.complaints}"
    )
    return 1 if report.complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError, struct.error, KeyError, zlib.error) as e:
        print(f"readback: {e}", file=sys.stderr)
        sys.exit(2)
