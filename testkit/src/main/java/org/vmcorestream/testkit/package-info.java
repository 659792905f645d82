// SPDX-License-Identifier: Apache-2.0
/**
 * Synthetic vmcores for tests, laid out from a short text by {@link org.vmcorestream.testkit.SyntheticVmcore#write}.
 * Nothing here knows the code that reads vmcores, so that a mistake of one cannot hide a mistake of the other; upstream
 * makedumpfile reads the files too.
 *
 * <h2>The description</h2>
 *
 * One statement on a line, {@code #} begins a comment, lines may come in any order but for these: later lines about a page
 * win over earlier ones, log lines are written in their order, and {@code memory} lines make PT_LOAD segments in theirs.
 *
 * <pre>
 *  NUMBER    decimal, 0x hex, or with K, M, G behind it (bytes)
 *  BYTES     A-B      from byte A up to but not including byte B, need not be whole pages: 0-64M, 0x1000-0x9fc00
 *  PFNS      A..B     from page frame A up to but not including B;   A    just this one (or the block that begins there)
 *  STRING    "text"   with \n \t \\ \" \xNN
 *
 *  kernel 4.19|5.10|6.1|6.4|6.6|6.9|6.12|6.16|7.2   which keys VMCOREINFO has, their numbers, struct page, printk (6.12)
 *  machine x86_64|aarch64|riscv64  whose page tables and VMCOREINFO (x86_64)
 *  page_size 4K|16K|64K            aarch64 has all of them (4K)
 *  va_bits NUMBER [NUMBER]         bits of kernel addresses (48); how many the CPU can do where that is fewer, aarch64
 *  physical_bits NUMBER            MAX_PHYSMEM_BITS (what the machine has)
 *  memory BYTES                    one PT_LOAD each; at least one
 *  file BYTES                      what of the memory the file holds; must begin where a memory line begins, and then
 *                                  p_filesz is less than p_memsz (all of it)
 *  paging 4|5                      levels of the page tables of x86_64 (4)
 *  mapping 4K|2M|1G                page size of direct map, memory map (at most 2M) and kernel image where it fits (2M); stands
 *                                  for a page and the two sizes of large pages where pages are not of 4K
 *  kaslr NUMBER                    KERNELOFFSET (0)
 *  phys_base NUMBER                (made up so that the image lies where there is room)
 *  page_offset NUMBER              virtual address of the direct map (that of a kernel without KASLR)
 *  vmemmap NUMBER                  virtual address of the memory map (likewise)
 *  sme_mask NUMBER                 bit that marks encrypted memory, or-ed into all page table entries (0)
 *  mem_section extreme|pointer|static|flat
 *                                  SYMBOL(mem_section) is an array of root pointers in the direct map (now), the address
 *                                  of a pointer to it (4.15), an array of root pointers in the image (before), or an array
 *                                  of struct mem_section in the image (no SPARSEMEM_EXTREME)
 *  without_memmap PFNS             page frames without struct page, in groups of 64; sections all of that are not present
 *  shared_memmap PFNS              page frames, in groups of 64, whose struct pages all lie in the page of the first group:
 *                                  one page mapped again and again, as the HugeTLB vmemmap optimisation does
 *  cpus NUMBER                     NT_PRSTATUS notes (1)
 *  nodename STRING                 utsname.nodename ("synthetic")
 *  elf plain|qemu|xnum|proc-vmcore|unaligned
 *                                  QEMU's header order and odd offsets; PN_XNUM; direct-map p_vaddr and one more segment
 *                                  for the kernel image; segments at odd offsets of the file (plain)
 *
 *  pages PFNS STATE...             STATE is any of
 *       buddy order=N | unaccepted [order=N]            a block: only its first struct page is marked; with A..B one after
 *                                                       the other from A until B is reached
 *       compound order=N | hugetlb order=N              a head page with its tail pages, likewise; states go on the head
 *       lru private swapcache swapbacked slab hwpoison reserved   flag bits (slab is a page type from 6.10 on)
 *       offline                                         page type
 *       anon | movable | ksm | cache                    page.mapping with low bits 1, 2, 3, 0
 *       mapped                                          _mapcount 0 instead of -1
 *       tail                                            a tail page whose head is the page before it
 *       refcount=N
 *  page PFNS raw FIELD=NUMBER...   overwrites fields only: flags mapcount refcount mapping private compound (the compound
 *                                  word), order (byte 17), tailflags (flags of the next page)
 *  fill PFNS KIND | fill default KIND
 *                                  contents: pattern (names the page frame; default), zero, random [seed=N], byte value=N,
 *                                  lastbyte (zero but for the last byte)
 *
 *  log [caller=T1|C1] [state=reserved|committed|finalized|reusable] STRING
 *                                  one record; "[  1.5] text" sets the time for it and those after it
 *  panic STRING                    a panic with its call trace, as sysrq-c makes it
 *  oops STRING                     STRING, an Oops line, RIP and a call trace
 *  log_ring descs=BITS text=BITS   sizes of the rings (as large as needed); small ones wrap and overwrite
 *  printk ring|records|old-records|plain           how the log is kept (as the kernel does): 5.10+, 3.11+, 3.5+, before
 *
 *  set KEY=VALUE                   a VMCOREINFO that lies, for example: set NUMBER(PG_lru)=99
 *  unset KEY                       a VMCOREINFO without the key; unset VMCOREINFO leaves the note out
 *  poke OBJECT[+NUMBER] u8|u16|u32|u64 NUMBER
 *                                  overwrites bytes of an object of the kernel image ({@code symbols} has their names), or
 *                                  with OBJECT phys of any structure at a physical address
 * </pre>
 *
 * <h2>Where things lie</h2>
 *
 * The kernel's own structures go to the lowest pages from 1 MiB on that are in the file and that no line about pages or
 * contents mentions. A section (128 MiB) with memory needs 2 MiB for its memory map, five-level paging 2 MiB for the
 * section table: give it 8 MiB at the least. What is mentioned nowhere is an ordinary kernel page (no flags, count 1) with
 * contents that name its page frame.
 */
package org.vmcorestream.testkit;
