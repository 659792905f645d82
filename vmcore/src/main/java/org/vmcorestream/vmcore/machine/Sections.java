// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.machine;

import java.util.List;

/**
 * How a machine's kernels divide physical memory into sections (SECTION_SIZE_BITS and MAX_PHYSMEM_BITS of their asm/sparsemem.h).
 *
 * @param sizeBits log2 of a section's bytes where VMCOREINFO has no NUMBER(SECTION_SIZE_BITS) (before Linux 5.13): those to try
 * @param physicalBits bits of a physical address where VMCOREINFO has no NUMBER(MAX_PHYSMEM_BITS)
 * @param mostPhysicalBits most bits that a physical address can have
 */
public record Sections(List<Integer> sizeBits, int physicalBits, int mostPhysicalBits) {}
