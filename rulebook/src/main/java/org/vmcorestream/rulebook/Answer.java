// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import org.vmcorestream.rules.UndecidedException;

/**
 * What an expression has become once it is known which dump is asked about: a value, or something that still depends on the
 * page. Never changes, and can be used by several threads at once.
 */
sealed interface Answer permits Answer.Value, Answer.Failure, Answer.Evaluated, Logic, Quantity {
    /**
     * The answer for a page, as a CEL value.
     *
     * @throws UndecidedException when there is none
     */
    Object of(int flags, int mapcount, int shape);

    /**
     * The same for every page.
     *
     * @param value a CEL value of any type
     */
    record Value(Object value) implements Answer {
        @Override
        public Object of(int flags, int mapcount, int shape) {
            return value;
        }
    }

    /**
     * No answer for any page.
     *
     * @param problem why, in one line
     */
    record Failure(String problem) implements Answer {
        @Override
        public Object of(int flags, int mapcount, int shape) {
            throw new UndecidedException(problem);
        }
    }

    /** An answer that the CEL runtime gives, page by page. */
    non-sealed interface Evaluated extends Answer {}
}
