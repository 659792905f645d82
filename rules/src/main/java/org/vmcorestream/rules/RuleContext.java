// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rules;

import java.util.Objects;

/**
 * What a rule is bound to before it is asked of pages.
 *
 * @param kernel the kernel's page vocabulary
 * @param dump facts of the dump
 */
public record RuleContext(PageFacts kernel, DumpFacts dump) {
    /** Nothing may be null. */
    public RuleContext {
        Objects.requireNonNull(kernel, "kernel");
        Objects.requireNonNull(dump, "dump");
    }
}
