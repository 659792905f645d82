// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import org.vmcorestream.vmcore.PfnRun;

/**
 * What of a dump a file has: all of it, or one of the parts that sinks share.
 *
 * @param number number of the part, from 0
 * @param count parts of the dump, 1 where the file has all of it
 * @param firstStripe first stripe of the part
 * @param endStripe stripe behind the last one
 * @param pages its page frames; those of the parts of a dump lie one behind the other from 0 to the end of memory
 */
record DumpPart(int number, int count, int firstStripe, int endStripe, PfnRun pages) {
    /** Whether the file has all of the dump. */
    boolean isWhole() {
        return count == 1;
    }

    /** Whether the kernel log goes beside this file: one sink of those that share a dump writes it. */
    boolean bringsLog() {
        return number == 0;
    }

    /**
     * Name of the part's file: {@code -KofN}, counted from 1, is put behind what the name of the whole has before its first dot, so
     * {@code vmcore-2of4} and {@code vmcore-2of4.RULESET}. No whole file has such a name, for those of rule sets begin behind a dot.
     */
    Path file(Path whole) {
        if (isWhole()) {
            return whole;
        }
        String name = whole.getFileName().toString();
        int dot = name.indexOf('.', 1);
        int at = dot < 0 ? name.length() : dot;
        return whole.resolveSibling(name.substring(0, at) + "-" + (number + 1) + "of" + count + name.substring(at));
    }

    /** How messages name it; empty for a whole. */
    @Override
    public String toString() {
        return isWhole() ? "" : ", part " + (number + 1) + " of " + count;
    }
}
