// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import org.vmcorestream.rules.BuiltInRuleSets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A dump level on the command line. */
final class LevelConverter implements ITypeConverter<RuleSetName> {
    @Override
    public RuleSetName convert(String level) {
        if (!level.matches("[0-9]{1,2}") || Integer.parseInt(level) > BuiltInRuleSets.MAX_LEVEL) {
            throw new TypeConversionException("dump level '" + level + "', expected 0 to " + BuiltInRuleSets.MAX_LEVEL);
        }
        return new RuleSetName("level-" + Integer.parseInt(level));
    }
}
