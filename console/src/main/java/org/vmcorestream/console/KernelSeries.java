// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which kernel series a release belongs to: {@code 6.12} of {@code 6.12.107+deb13-amd64}. */
final class KernelSeries {
    /** Of a release that does not begin with two numbers. */
    static final String OTHER = "other";

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]?\\.(?:0|[1-9][0-9]{0,2}))(?![0-9]).*");

    private KernelSeries() {}

    /** The first two numbers of a release, {@value #OTHER} where it has none. */
    static String of(String release) {
        Matcher matcher = FORM.matcher(release);
        return matcher.matches() ? matcher.group(1) : OTHER;
    }
}
