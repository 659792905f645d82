// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.rulebook;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions of the kernel as utsname.release has them, for example {@code 6.12.107+deb13-amd64}. */
final class KernelVersion {
    /** What a version looks like that others are compared with. */
    static final Pattern ASKED = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,3}");

    private static final Pattern RELEASE = Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})((?:\\.[0-9]{1,9}){0,2})(.*)");

    private KernelVersion() {}

    /** The first two numbers of a release, {@code 6.12}; empty where it does not begin with them. */
    static String series(String release) {
        Matcher matcher = RELEASE.matcher(release);
        return matcher.matches() ? matcher.group(1) + "." + matcher.group(2) : "";
    }

    /**
     * Whether a release is that version or a later one. What stands behind the numbers of a release counts for nothing, and
     * a number that is not there is 0.
     *
     * @throws IllegalArgumentException when the release does not begin with two numbers, or the version is none
     */
    static boolean isAtLeast(String release, String version) {
        Matcher matcher = RELEASE.matcher(release);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("kernel release '" + release + "' does not begin with a version");
        }
        if (!ASKED.matcher(version).matches()) {
            throw new IllegalArgumentException("'" + version + "' is no version");
        }
        String[] is = (matcher.group(1) + "." + matcher.group(2) + matcher.group(3)).split("\\.");
        String[] asked = version.split("\\.");
        for (int i = 0; i < Math.max(is.length, asked.length); i++) {
            int difference = number(is, i) - number(asked, i);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return true;
    }

    private static int number(String[] numbers, int index) {
        return index < numbers.length ? Integer.parseInt(numbers[index]) : 0;
    }
}
