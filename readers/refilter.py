#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""refilter.py FILE.kdump EXPECTED.tsv NAME LEVEL... - has makedumpfile filter a kdump file once more at each LEVEL ("all": 0 to 31)
and compares the counters of its report with those in EXPECTED.tsv, which makedumpfile gave for the vmcore that the file was made of. What the file's own level
left out is left out at every LEVEL: makedumpfile takes both together, and so it is compared with the row of both.
Where expected/NAME.levelNN.bitmap.z is beside EXPECTED.tsv, the second bitmap of what it writes must be that, too.
MAKEDUMPFILE names the program (default: makedumpfile).
Exit status: 0 all equal, 1 something differs, 2 makedumpfile failed."""
import csv
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

LABELS = {
    "Original pages": "original",
    "Pages filled with zero": "zero",
    "Non-private cache pages": "cache",
    "Private cache pages": "cache_private",
    "User process data pages": "user",
    "Free pages": "free",
    "Hwpoison pages": "hwpoison",
    "Offline pages": "offline",
    "Remaining pages": "remaining",
    "Memory Hole": "hole",
    "Total pages": "total",
}


def level_of(path):
    """The dump level that a kdump file of header version 6 was written with."""
    with open(path, "rb") as file:
        (block,) = struct.unpack_from("<i", file.read(464), 428)
        file.seek(block + 8)
        return struct.unpack("<i", file.read(4))[0]


def second_bitmap(path):
    """The second bitmap of a kdump file of header version 6, without what fills its last block."""
    with open(path, "rb") as file:
        head = file.read(464)
        block, sub, blocks = struct.unpack_from("<iiI", head, 428)
        file.seek(block + 96)
        (end,) = struct.unpack("<Q", file.read(8))
        file.seek((1 + sub + blocks // 2) * block)
        return file.read((end + 7) // 8)


def refilter(kdump, table, name, level, expected):
    """Filters at one level: what differs, as lines to show."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(kdump))) as folder:
        again = os.path.join(folder, "again")
        run = subprocess.run(
            [os.environ.get("MAKEDUMPFILE", "makedumpfile"), "--message-level", "31", "-d", level, kdump, again],
            capture_output=True,
            text=True,
            errors="replace",
        )
        if run.returncode != 0:
            print(run.stdout[-2000:], run.stderr[-2000:], file=sys.stderr)
            print(f"makedumpfile ended with {run.returncode} at level {level}", file=sys.stderr)
            sys.exit(2)
        bitmap = second_bitmap(again)
    found = {}
    for label, value in re.findall(r"^\s*([A-Z][A-Za-z -]+?)\s*: 0x([0-9a-f]+)$", run.stdout + run.stderr, re.M):
        if label in LABELS:
            found[LABELS[label]] = int(value, 16)
    differ = [
        f"{key}: makedumpfile counts {found.get(key)} in the file, {expected[key]} in the vmcore"
        for key in LABELS.values()
        if found.get(key) != int(expected[key])
    ]
    print(f"{os.path.basename(kdump)}: {len(LABELS) - len(differ)} of {len(LABELS)} counters equal at level {level}", end="")
    kept = os.path.join(os.path.dirname(table), "expected", f"{name}.level{int(expected['level']):02}.bitmap.z")
    if os.path.exists(kept):
        with open(kept, "rb") as file:
            same = zlib.decompress(file.read()) == bitmap
        print(", same second bitmap" if same else ", another second bitmap", end="")
        if not same:
            differ.append(f"the second bitmap is not that of {kept}")
    print()
    return differ


def main():
    kdump, table, name, *levels = sys.argv[1:]
    if levels == ["all"]:
        levels = [str(level) for level in range(32)]
    with open(table, newline="") as rows:
        expected = {row["level"]: row for row in csv.DictReader(rows, delimiter="\t") if row["vmcore"] == name}
    own = level_of(kdump)
    status = 0
    for level in levels:
        for line in refilter(kdump, table, name, level, expected[str(int(level) | own)]):
            print(line, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
