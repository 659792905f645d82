// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/** One assembly's share of the heap for bitmaps. Belongs to one thread at a time. */
final class HeapShare {
    private final HeapBudget budget;
    private final boolean replay;
    private boolean taken;
    private long held;

    HeapShare(HeapBudget budget, boolean replay) {
        this.budget = budget;
        this.replay = replay;
    }

    /** Whether all there is to share is enough for a dump. */
    boolean suffices(DumpPlan plan) {
        return plan.bitmapBytes() <= budget.total();
    }

    /** Why it is not, in one line. */
    String tooLittle(DumpPlan plan) {
        return String.format(
                "memory up to pfn %d needs %d MiB of heap for bitmaps, %d MiB are set aside for them",
                plan.endPfn(), (plan.bitmapBytes() >> 20) + 1, budget.total() >> 20);
    }

    /**
     * Takes what the bitmaps of a dump need, or nothing when it cannot be had now.
     *
     * @param latest newest record of the dump
     */
    boolean take(DumpPlan latest) {
        long bytes = latest.bitmapBytes();
        taken = isEarly(latest) ? budget.takeEarly(bytes) : budget.take(bytes, replay);
        held = taken ? bytes : 0;
        return taken;
    }

    /** Whether what is held is to be given back, so that others who come first can go on. */
    boolean givesWay(DumpPlan latest) {
        return replay ? budget.wantsBack(held) : taken && budget.isShort() && isEarly(latest);
    }

    /** Whether none of the dump's pages were announced yet: its capture may wait for its turn for hours. */
    private boolean isEarly(DumpPlan latest) {
        if (replay || latest.ended()) {
            return false;
        }
        for (int stripe = 0; stripe < latest.stripes(); stripe++) {
            if (latest.stripe(stripe).getDataOffset() >= 0) {
                return false;
            }
        }
        return true;
    }

    void giveBack() {
        if (taken) {
            budget.giveBack(held, replay);
            taken = false;
            held = 0;
        }
    }
}
