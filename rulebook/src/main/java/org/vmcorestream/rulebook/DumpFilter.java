// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.function.Predicate;

/** A condition in CEL on dumps as a whole. Can be used by several threads at once. */
public final class DumpFilter implements Predicate<DumpDescription> {
    private DumpFilter() {}

    /**
     * Compiles a condition.
     *
     * @param source name of the text in messages, for example {@code --where}
     * @throws RuleTextException when it is no condition, with line and column of the mistake
     */
    public static DumpFilter of(String source, String cel) throws RuleTextException {
        throw new UnsupportedOperationException(source + cel);
    }

    /** Whether it holds; a dump for which it has no answer does not match. */
    @Override
    public boolean test(DumpDescription dump) {
        throw new UnsupportedOperationException();
    }
}
