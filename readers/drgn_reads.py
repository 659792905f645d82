#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""drgn_reads.py [--zeros] FILE VMCORE.elf - opens a kdump or ELF file with drgn and compares pages that it finds there, spread over
all memory, with the vmcore. With --zeros a page of zeros counts as one that is not in the file: what a segment of an ELF file has memory
for and no bytes reads as zeros in drgn. Exit status: 0 all equal and at least 100 found, 1 otherwise."""
import struct
import sys

import drgn

PAGE = 4096
SAMPLES = 4000


def loads(elf):
    """Physical start, bytes and file offset of each PT_LOAD."""
    header = elf.read(64)
    (offset,) = struct.unpack_from("<Q", header, 32)
    size, count = struct.unpack_from("<HH", header, 54)
    for i in range(count):
        elf.seek(offset + i * size)
        kind, _, file_offset, _, phys, file_size, _, _ = struct.unpack("<IIQQQQQQ", elf.read(56))
        if kind == 1 and file_size:
            yield phys, file_size, file_offset


def main():
    zeros = sys.argv[1] == "--zeros"
    file, vmcore = sys.argv[-2:]
    program = drgn.Program()
    program.set_core_dump(file)
    found = absent = differ = 0
    with open(vmcore, "rb") as elf:
        segments = list(loads(elf))
        pages = sum(size // PAGE for _, size, _ in segments)
        step = max(1, pages // SAMPLES)
        for phys, size, offset in segments:
            for page in range(0, size // PAGE, step):
                try:
                    data = program.read(phys + page * PAGE, PAGE, True)
                except (drgn.FaultError, ValueError):
                    absent += 1
                    continue
                if zeros and not any(data):
                    absent += 1
                    continue
                found += 1
                elf.seek(offset + page * PAGE)
                if data != elf.read(PAGE):
                    differ += 1
                    print(f"page at {phys + page * PAGE:#x} differs", file=sys.stderr)
    print(f"drgn: {program.platform.arch.name}, {found} pages equal, {absent} not in the file, {differ} differ")
    return 0 if found - differ >= 100 and differ == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
