// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.vmcorestream.rules.Descriptor;
import org.vmcorestream.rules.KernelNumber;
import org.vmcorestream.rules.PageFacts;

/** Descriptors as no kernel would leave them: what the rules ask for in any combination, and noise. */
final class RandomDescriptors {
    private RandomDescriptors() {}

    static Descriptor one(Random random, PageFacts facts) {
        int flags = random.nextInt(4) == 0 ? random.nextInt() : 0;
        int mapcount = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(4) - 2;
        List<Integer> types = new ArrayList<>();
        for (KernelNumber number : KernelNumber.values()) {
            if (facts.number(number).isPresent()) {
                int value = facts.number(number).getAsInt();
                if (!number.isBit()) {
                    types.add(value);
                } else if (random.nextInt(3) == 0) {
                    flags |= 1 << value;
                }
            }
        }
        if (random.nextInt(2) == 0 && !types.isEmpty()) {
            mapcount = types.get(random.nextInt(types.size()));
        }
        int shape = random.nextInt(4) << Descriptor.MAPPING_SHIFT;
        shape |= random.nextInt(4) == 0 ? Descriptor.TAIL : 0;
        shape |= random.nextInt(6) == 0 ? Descriptor.HUGETLB : 0;
        shape |= random.nextInt(3) == 0 ? random.nextInt(64) : random.nextInt(3);
        int order = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(12);
        shape |= order << Descriptor.BUDDY_ORDER_SHIFT;
        int kind = random.nextInt(30);
        if (kind == 0) {
            return new Descriptor(0, 0, Descriptor.HOLE);
        }
        if (kind == 1) {
            return new Descriptor(0, 0, Descriptor.NO_DATA);
        }
        return new Descriptor(flags, mapcount, kind == 2 ? Descriptor.NO_STRUCT_PAGE : shape);
    }
}
