#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""drgn_reads.py FILE.kdump VMCORE.elf - opens a kdump file with drgn and compares pages that it finds there, spread over all
memory, with the vmcore. Exit status: 0 all equal and at least 100 found, 1 otherwise."""
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
    program = drgn.Program()
    program.set_core_dump(sys.argv[1])
    found = absent = differ = 0
    with open(sys.argv[2], "rb") as elf:
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
                found += 1
                elf.seek(offset + page * PAGE)
                if data != elf.read(PAGE):
                    differ += 1
                    print(f"page at {phys + page * PAGE:#x} differs", file=sys.stderr)
    print(f"drgn: {program.platform.arch.name}, {found} pages equal, {absent} not in the file, {differ} differ")
    return 0 if found - differ >= 100 and differ == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
