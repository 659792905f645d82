// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/** A question about a page that is answered from its descriptor alone. Belongs to one thread. */
@FunctionalInterface
public interface Condition {
    /**
     * Whether the condition holds for a page; the three words are those of {@link Descriptor}.
     *
     * @param flags low word of {@code page.flags}
     * @param mapcount {@code page._mapcount}
     * @param shape {@link Descriptor#shape()}
     * @throws UndecidedException when there is no answer; the page is then kept
     */
    boolean holds(int flags, int mapcount, int shape);

    /** What the answer depends on. */
    default Sight sight() {
        return Sight.EVERYTHING;
    }

    /** A condition before it is known which dump it is asked of. Can be used by several threads at once. */
    @FunctionalInterface
    interface OfDump {
        /** The condition on pages of that dump. */
        Condition bind(RuleContext context);
    }
}
