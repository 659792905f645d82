// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/** Whose habits a synthetic kdump file has. */
public enum KdumpStyle {
    /** makedumpfile: all of utsname, the dump level that was asked for, the kernel's phys_base. */
    MAKEDUMPFILE,

    /**
     * QEMU's dump-guest-memory (dump/dump.c): always header version 6; of utsname the machine alone; dump level 1 whatever it
     * holds; a phys_base that need not be the kernel's; QEMU's own notes, and VMCOREINFO last; both bitmaps the same.
     */
    QEMU
}
