#!/usr/bin/env python3
"""drgn-check.py DUMP VMLINUX: opens a dump with drgn and asks for what needs page tables, struct pages and stacks.
VMLINUX: the kernel with debug symbols of exactly the build that crashed (Debian: linux-image-VERSION-dbg). Exit 0: all of it worked."""
import sys
import drgn
from drgn.helpers.linux import *

p = drgn.Program()
p.set_core_dump(sys.argv[1])
p.load_debug_info([sys.argv[2]])
print("release", p["init_uts_ns"].name.release.string_().decode())
log = get_dmesg(p).decode().splitlines()
print(len(log), "lines of log, the last:", log[-1])
assert "end Kernel panic" in log[-1]
tasks = list(for_each_task(p))
print(len(tasks), "tasks")
assert len(tasks) > 10
try:
    trace = p.crashed_thread().stack_trace()
    print(trace)
    assert "sysrq_handle_crash" in str(trace)
except NotImplementedError as e:    # drgn 0.3.0 on riscv64
    print("no stack:", e)
zones = (p["contig_page_data"] if "contig_page_data" in p else p["node_data"][0]).node_zones
for i in range(len(zones)):
    z = zones[i]
    if z.present_pages:
        n = len(list(list_for_each_entry("struct page", z.unaccepted_pages.address_of_(), "lru"))) if hasattr(z, "unaccepted_pages") else 0
        free = sum(z.free_area[o].nr_free.value_() << o for o in range(len(z.free_area)))
        print("zone", i, "present", z.present_pages.value_(), "free", free, "unaccepted blocks", n)
