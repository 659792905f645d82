#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the files of a split dump together with libkdumpfile, and compares every page with the file they were joined to.

    split_reads.py WHOLE PART...

The parts in the order of their page frames: libkdumpfile 0.5 takes each file's range for the one behind that of the file before.
Its Python module opens one file only, so its functions are called as they are. Prints one line of counts. Exit status: 0 the same,
1 different, 2 cannot be compared.
"""

import ctypes
import os
import struct
import sys

PAGE = 4096
MACHINE_PHYSICAL = 1  # KDUMP_MACHPHYSADDR of kdumpfile.h
NO_DATA = 3  # KDUMP_ERR_NODATA
MAX_MAPNR = PAGE + 96  # max_mapnr_64 of the sub header, with blocks of 4 KiB


class Library:
    """The functions of libkdumpfile that are needed."""

    def __init__(self):
        self.lib = ctypes.CDLL("libkdumpfile.so.10")
        self.lib.kdump_new.restype = ctypes.c_void_p
        self.lib.kdump_get_err.restype = ctypes.c_char_p
        self.lib.kdump_get_err.argtypes = [ctypes.c_void_p]

    def open(self, names):
        context = ctypes.c_void_p(self.lib.kdump_new())
        files = (ctypes.c_int * len(names))(*[os.open(name, os.O_RDONLY) for name in names])
        if self.lib.kdump_open_fdset(context, ctypes.c_uint(len(names)), files):
            print(f"split_reads: {names}: {self.lib.kdump_get_err(context).decode()}", file=sys.stderr)
            sys.exit(2)
        return context

    def page(self, context, pfn):
        """The page's bytes, or the number of what libkdumpfile complained of."""
        page = ctypes.create_string_buffer(PAGE)
        size = ctypes.c_size_t(PAGE)
        status = self.lib.kdump_read(
            context, MACHINE_PHYSICAL, ctypes.c_uint64(pfn * PAGE), page, ctypes.byref(size)
        )
        return status if status else page.raw


def main(whole, parts):
    library = Library()
    one = library.open([whole])
    several = library.open(parts)
    with open(whole, "rb") as file:
        file.seek(MAX_MAPNR)
        (end,) = struct.unpack("<Q", file.read(8))
    same = excluded = different = 0
    for pfn in range(end):
        expected = library.page(one, pfn)
        found = library.page(several, pfn)
        if found != expected:
            different += 1
            if different <= 10:
                print(f"split_reads: page frame {pfn} differs from that of {whole}", file=sys.stderr)
        elif expected == NO_DATA:
            excluded += 1
        else:
            same += not isinstance(expected, int)
    print(f"{len(parts)} parts: {same} pages as in the whole, {excluded} in neither, {different} different")
    return 0 if different == 0 and same > 0 else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
