#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""same_bitmaps.py A.kdump B.kdump - compares the bitmaps of two kdump files of header version 6: the memory that exists, and the
pages that are in the file; and their dump levels. Exit status: 0 equal, 1 they differ, 2 one is no such file."""
import struct
import sys


def bitmaps(path):
    with open(path, "rb") as file:
        head = file.read(464)
        if head[:8] != b"KDUMP   " or struct.unpack_from("<i", head, 8)[0] != 6:
            print(f"{path}: is no kdump file of header version 6", file=sys.stderr)
            sys.exit(2)
        block, sub, blocks = struct.unpack_from("<iiI", head, 428)
        file.seek(block + 8)
        (level,) = struct.unpack("<i", file.read(4))
        file.seek(block + 96)
        (end,) = struct.unpack("<Q", file.read(8))
        maps = []
        for number in range(2):
            file.seek((1 + sub) * block + number * blocks // 2 * block)
            bits = bytearray(file.read((end + 7) // 8))
            if end % 8:
                bits[-1] &= (1 << end % 8) - 1
            maps.append(bits)
        return end, level, maps


def main():
    left, right = sys.argv[1:3]
    end, level, mine = bitmaps(left)
    other_end, other_level, others = bitmaps(right)
    differ = end != other_end
    if differ:
        print(f"{left} has {end} page frames, {right} {other_end}", file=sys.stderr)
    if level != other_level:
        print(f"{left} has dump level {level}, {right} {other_level}", file=sys.stderr)
        differ = True
    for name, a, b in zip(("1st", "2nd"), mine, others):
        pages = sum(bin(x ^ y).count("1") for x, y in zip(a, b))
        if pages:
            print(f"{name} bitmap: {pages} page frames differ", file=sys.stderr)
            differ = True
    pages = sum(bin(x).count("1") for x in mine[1])
    print(f"{left} and {right}: {'differ' if differ else 'same memory, same'} {pages} pages")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
