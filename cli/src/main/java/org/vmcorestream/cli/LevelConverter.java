// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A dump level on the command line. */
final class LevelConverter implements ITypeConverter<RuleSet> {
    @Override
    public RuleSet convert(String level) {
        if (!level.matches("[0-9]{1,2}") || Integer.parseInt(level) > BuiltInRuleSets.MAX_LEVEL) {
            throw new TypeConversionException("dump level '" + level + "', expected 0 to " + BuiltInRuleSets.MAX_LEVEL);
        }
        return BuiltInRuleSets.level(Integer.parseInt(level));
    }
}
