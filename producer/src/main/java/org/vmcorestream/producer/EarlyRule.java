// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.regex.Pattern;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Which pages of a capture are sent early, see {@link EarlyPages}. It follows from the capture's rule set and the vmcore alone, so that a capture that goes on
 * elsewhere sends the same early.
 *
 * @param some whether any are
 * @param memmap page frames of the memory map, where all that the capture keeps is the kernel's own: those alone are not early. Null where what
 *     dump level 31 keeps is early
 */
record EarlyRule(boolean some, SparsePfnBitmap memmap) {
    /** Everything is sent in the order of memory. */
    static final EarlyRule NONE = new EarlyRule(false, null);

    /** What dump level 31 keeps is early. */
    static final EarlyRule KERNEL = new EarlyRule(true, null);

    /** Rule sets that keep nothing but the kernel's own pages: level 30 differs from 31 in what it counts. */
    private static final Pattern KERNEL_ONLY = Pattern.compile("level-3[01](-e)?");

    /**
     * That of a capture. There is none where nothing would be left for later: by level 31 of a kernel whose memory map is not one array.
     *
     * @throws IOException when the vmcore cannot be read
     */
    static EarlyRule of(Vmcore vmcore, RuleSet capture) throws IOException {
        if (!KERNEL_ONLY.matcher(capture.name()).matches()) {
            return KERNEL;
        }
        SparsePfnBitmap memmap = vmcore.memmap();
        return memmap.isEmpty() ? NONE : new EarlyRule(true, memmap);
    }

    /** Whether another rule set is asked what is early. */
    boolean asksLevel31() {
        return some && memmap == null;
    }
}
