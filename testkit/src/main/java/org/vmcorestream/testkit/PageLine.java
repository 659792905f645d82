// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.Map;
import java.util.Set;

/**
 * What one line of a description says of some page frames.
 *
 * @param line its number
 * @param first first page frame
 * @param end page frame behind the last one; {@code first + 1} for a line that names one
 * @param words states, such as lru or buddy
 * @param values numbers, such as order=9
 */
record PageLine(int line, long first, long end, Set<String> words, Map<String, Long> values) {
    /** Log2 of the pages in each block that this line describes. */
    int order() {
        return Math.toIntExact(values.getOrDefault("order", words.contains("unaccepted") ? 10L : 0L));
    }

    /** Page frame behind the last one that this line speaks of, blocks of a single named page frame included. */
    long blockEnd() {
        return Math.max(end, first + (1L << order()));
    }
}
