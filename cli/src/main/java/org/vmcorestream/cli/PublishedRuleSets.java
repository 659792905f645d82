// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.schemas.records.PublishedRuleSet;

/** Words for published rule sets. */
final class PublishedRuleSets {
    private PublishedRuleSets() {}

    /** The name that means the same for ever: {@code mine@3}. */
    static String pinned(PublishedRuleSet ruleSet) {
        return ruleSet.getName() + "@" + ruleSet.getVersion();
    }
}
