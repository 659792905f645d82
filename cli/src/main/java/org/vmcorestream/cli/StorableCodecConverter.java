// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vmcorestream.vmcore.codec.PageCodec;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A codec that a kdump file can hold, by its name on the command line. */
final class StorableCodecConverter implements ITypeConverter<PageCodec> {
    @Override
    public PageCodec convert(String name) {
        return Arrays.stream(PageCodec.values())
                .filter(codec -> codec.storable() && codec.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("no codec '" + name + "' for files, expected one of "
                        + Arrays.stream(PageCodec.values())
                                .filter(PageCodec::storable)
                                .map(codec -> codec.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }
}
