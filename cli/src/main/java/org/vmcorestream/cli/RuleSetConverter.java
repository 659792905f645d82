// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A rule set by its name on the command line. */
final class RuleSetConverter implements ITypeConverter<RuleSet> {
    @Override
    public RuleSet convert(String name) {
        return BuiltInRuleSets.named(name)
                .orElseThrow(() -> new TypeConversionException(
                        "no rule set '" + name + "', expected level-0 to level-31, 0 to 31, or capture"));
    }
}
