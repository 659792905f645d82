// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a rule set on the command line, or of a file that holds one. */
final class RuleSetOrFileConverter implements ITypeConverter<RuleSetName> {
    @Override
    public RuleSetName convert(String text) {
        RuleSetName name = new RuleSetName(text);
        name.problem().ifPresent(problem -> {
            throw new TypeConversionException(problem);
        });
        return name;
    }
}
