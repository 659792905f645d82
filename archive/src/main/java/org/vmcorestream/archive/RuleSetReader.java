// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import org.vmcorestream.rulebook.RuleTextException;
import org.vmcorestream.rules.RuleSet;

/** Makes a rule set of its text. */
@FunctionalInterface
interface RuleSetReader {
    /**
     * The rule set of a text.
     *
     * @param source name of the text in messages
     * @throws RuleTextException when it cannot be one
     */
    RuleSet read(String source, String text) throws RuleTextException;
}
