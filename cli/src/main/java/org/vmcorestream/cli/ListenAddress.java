// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a service listens.
 *
 * @param host name or address, without the brackets of an IPv6 address
 * @param port 0 to 65535, 0 for any that is free
 */
record ListenAddress(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\[\\]:\\s]+)):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** From the command line. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches() || Integer.parseInt(form.group(3)) > MAX_PORT) {
                throw new TypeConversionException(
                        "'" + text + "', expected HOST:PORT with a port of 0 to " + MAX_PORT + ", or [ADDRESS]:PORT");
            }
            return new ListenAddress(
                    form.group(1) != null ? form.group(1) : form.group(2), Integer.parseInt(form.group(3)));
        }
    }
}
