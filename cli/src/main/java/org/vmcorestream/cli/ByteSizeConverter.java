// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes with or without a binary unit: {@code 512M}, {@code 64G}, {@code 2TiB}. */
final class ByteSizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([KMGTP]?)(?:I?B)?");
    private static final String UNITS = "KMGTP";

    @Override
    public Long convert(String text) {
        Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            throw refusal(text);
        }
        long number = Long.parseLong(size.group(1));
        int shift = size.group(2).isEmpty() ? 0 : 10 * (UNITS.indexOf(size.group(2)) + 1);
        if (number > Long.MAX_VALUE >> shift) {
            throw refusal(text);
        }
        return number << shift;
    }

    private static TypeConversionException refusal(String text) {
        return new TypeConversionException(
                "'" + text + "', expected a number of bytes, with K, M, G, T or P for powers of 1024, for example 64G");
    }
}
