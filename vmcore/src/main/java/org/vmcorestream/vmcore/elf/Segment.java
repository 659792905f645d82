// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

/**
 * One program header of a core file, checked: sizes do not overflow, and what it places in the file is there.
 *
 * @param index number of the program header
 * @param type PT_LOAD (1) or PT_NOTE (4)
 * @param offset of its bytes in the file
 * @param virt virtual address of the first byte, 0 where the dump tool knows none
 * @param phys physical address of the first byte
 * @param fileSize bytes in the file
 * @param memorySize bytes of memory, at least {@code fileSize} for PT_LOAD; the rest has no data
 */
public record Segment(int index, int type, long offset, long virt, long phys, long fileSize, long memorySize) {
    /** Memory. */
    public static final int PT_LOAD = 1;

    /** Notes. */
    public static final int PT_NOTE = 4;

    /** Physical address behind the last byte of memory. */
    public long physEnd() {
        return phys + memorySize;
    }

    /** Physical address behind the last byte that the file holds. */
    public long dataEnd() {
        return phys + fileSize;
    }
}
