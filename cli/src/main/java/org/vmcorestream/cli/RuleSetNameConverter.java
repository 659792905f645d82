// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a rule set on the command line, for commands that talk to a cluster: built-in or published. */
final class RuleSetNameConverter implements ITypeConverter<RuleSetName> {
    @Override
    public RuleSetName convert(String text) {
        RuleSetName name = new RuleSetName(text);
        name.problem().ifPresent(problem -> {
            throw new TypeConversionException(problem);
        });
        if (name.isFile()) {
            throw new TypeConversionException(
                    "'" + text + "' is no name of a rule set, expected 1 to 64 of a-z, 0-9 and -, "
                            + "with or without @version; a file is published with 'rules publish' first");
        }
        return name;
    }
}
