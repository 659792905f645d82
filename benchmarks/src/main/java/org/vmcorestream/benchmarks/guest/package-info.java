// SPDX-License-Identifier: Apache-2.0
/**
 * Vmcores of guests larger than any at hand, made from a real one: its memory stands in the file once and in the guest many
 * times.
 *
 * <pre>
 *  guest's physical memory                                                   file
 *  +----------------+ +------------+ +----------+     +----------------+       +----------------+ +------------+
 *  | the real guest | | new tables | | tile 1   | ... | last tile, cut |  ───► | the real guest | | new tables |
 *  +----------------+ +------------+ +----------+     +----------------+       +----------------+ +------------+
 * </pre>
 *
 * A tile is the real guest's memory as far as it is whole sections of 128 MiB. A section's struct pages fill exactly 2 MiB, one
 * entry of a page table, so a tile's memory map is made by new entries that point to struct pages that are there already. What
 * is new are page tables, entries of the section table, and ELF headers.
 */
package org.vmcorestream.benchmarks.guest;
