// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * A number that a rule set brings along for kernels that do not export it; what a kernel exports is never replaced. Of
 * several for one number the first that applies counts.
 *
 * @param number which one
 * @param value the bit number, 0 to 31, or the whole {@code _mapcount}
 * @param applies to which dumps
 */
public record Supply(KernelNumber number, int value, Predicate<DumpFacts> applies) {
    /** Checks the value against its range. */
    public Supply {
        Objects.requireNonNull(applies, "applies");
        if (number.isBit() && (value < 0 || value > 31)) {
            throw new IllegalArgumentException(number.exportedAs() + " is " + value + ", expected 0 to 31");
        }
    }
}
