// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

/** A question about a page that is answered from its descriptor alone. */
@FunctionalInterface
public interface Condition {
    /**
     * Whether the condition holds for a page; the three words are those of {@link Descriptor}.
     *
     * @param flags low word of {@code page.flags}
     * @param mapcount {@code page._mapcount}
     * @param shape {@link Descriptor#shape()}
     */
    boolean holds(int flags, int mapcount, int shape);

    /** A condition before it is known which kernel it is asked of. */
    @FunctionalInterface
    interface OfKernel {
        /** The condition on pages of the kernel with these facts. */
        Condition bind(PageFacts facts);
    }
}
