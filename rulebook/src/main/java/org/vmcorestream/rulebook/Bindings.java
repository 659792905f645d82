// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vmcorestream.rules.RuleContext;

/**
 * The conditions of one rule set for the dumps it was last asked about: the stripes of a dump, and all rules of the set,
 * share what was computed for the dump. Can be used by several threads at once.
 */
final class Bindings {
    private static final int DUMPS = 4;

    private final Map<String, Expression> definitions;
    private final Map<RuleContext, Binder> binders = new LinkedHashMap<>(DUMPS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RuleContext, Binder> eldest) {
            return size() > DUMPS;
        }
    };

    Bindings(Map<String, Expression> definitions) {
        this.definitions = definitions;
    }

    /** What expressions have become for a dump. */
    synchronized Binder of(RuleContext context) {
        return binders.computeIfAbsent(context, each -> new Binder(each, definitions));
    }
}
