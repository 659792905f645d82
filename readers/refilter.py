#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""refilter.py FILE.kdump EXPECTED.tsv NAME LEVEL - has makedumpfile filter a kdump file once more and compares the counters
of its report with those in EXPECTED.tsv, which makedumpfile gave for the vmcore that the file was made of.
Exit status: 0 all equal, 1 a counter differs, 2 makedumpfile failed."""
import csv
import os
import re
import subprocess
import sys
import tempfile

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


def main():
    kdump, table, name, level = sys.argv[1:5]
    with open(table, newline="") as rows:
        expected = next(
            row for row in csv.DictReader(rows, delimiter="\t") if row["vmcore"] == name and row["level"] == level
        )
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["makedumpfile", "--message-level", "31", "-d", level, kdump, os.path.join(folder, "again")],
            capture_output=True,
            text=True,
            errors="replace",
        )
    if run.returncode != 0:
        print(run.stdout[-2000:], run.stderr[-2000:], file=sys.stderr)
        print(f"makedumpfile ended with {run.returncode}", file=sys.stderr)
        return 2
    found = {}
    for label, value in re.findall(r"^\s*([A-Z][A-Za-z -]+?)\s*: 0x([0-9a-f]+)$", run.stdout + run.stderr, re.M):
        if label in LABELS:
            found[LABELS[label]] = int(value, 16)
    differ = [
        f"{key}: makedumpfile counts {found.get(key)} in the file, {expected[key]} in the vmcore"
        for key in LABELS.values()
        if found.get(key) != int(expected[key])
    ]
    for line in differ:
        print(line, file=sys.stderr)
    print(f"{os.path.basename(kdump)}: {len(LABELS) - len(differ)} of {len(LABELS)} counters equal at level {level}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
