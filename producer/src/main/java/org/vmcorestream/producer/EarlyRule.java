// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.vmcore.SparsePfnBitmap;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Which pages of a capture are sent early, see {@link EarlyPages}. It follows from rule set, stripes and vmcore alone, so that a capture that goes on elsewhere sends
 * the same pages early.
 *
 * @param some whether any may be
 * @param memmap page frames of the memory map, which go last, where the capture keeps nothing but the kernel's own pages; null where it keeps more, and
 *     what dump level 31 keeps is early
 * @param firstEarly by number of the part, page frame from which on pages are early, that of the memory map's first page in it; a part without has
 *     none
 */
record EarlyRule(boolean some, SparsePfnBitmap memmap, Map<Integer, Long> firstEarly) {
    /** Everything is sent in the order of memory. */
    static final EarlyRule NONE = new EarlyRule(false, null, Map.of());

    /** What dump level 31 keeps is early. */
    static final EarlyRule KERNEL = new EarlyRule(true, null, Map.of());

    /**
     * That of a capture.
     *
     * @param stripes all stripes of the dump
     * @throws IOException when the vmcore cannot be read
     */
    static EarlyRule of(Vmcore vmcore, RuleSet capture, List<Stripe> stripes) throws IOException {
        if (!BuiltInRuleSets.keepsKernelOnly(capture.name())) {
            return KERNEL;
        }
        SparsePfnBitmap memmap = vmcore.memmap();
        Map<Integer, Long> firstEarly = new HashMap<>();
        for (Stripe stripe : stripes) {
            long first = memmap.nextSet(stripe.firstPfn());
            if (first >= 0 && first < stripe.endPfn()) {
                firstEarly.putIfAbsent(stripe.part(), first);
            }
        }
        return firstEarly.isEmpty() ? NONE : new EarlyRule(true, memmap, Map.copyOf(firstEarly));
    }

    /** Whether dump level 31 is asked what is early. */
    boolean asksLevel31() {
        return some && memmap == null;
    }

    /** Page frame from which on pages of a part are early that are not of the memory map; {@link Long#MAX_VALUE} where none are. */
    long firstEarly(int part) {
        return firstEarly.getOrDefault(part, Long.MAX_VALUE);
    }
}
