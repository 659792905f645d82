// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Makes the contents of pages that are no part of the kernel's own structures. */
final class PageFill {
    private PageFill() {}

    static byte[] of(FillLine.Kind kind, long pfn, long value, int pageSize) {
        byte[] page = new byte[pageSize];
        switch (kind) {
            case PATTERN -> {
                byte[] name = "pfn 000000000000".getBytes(StandardCharsets.US_ASCII);
                for (int digit = 0; digit < 12; digit++) {
                    name[15 - digit] = (byte) Character.forDigit((int) (pfn >>> 4 * digit & 15), 16);
                }
                System.arraycopy(name, 0, page, 0, name.length);
                for (int done = name.length; done < page.length; done *= 2) {
                    System.arraycopy(page, 0, page, done, done);
                }
            }
            case RANDOM -> {
                // One stream for each page, so that a page is the same whatever was made before it.
                SplittableRandom random = new SplittableRandom(value * 0x9e3779b97f4a7c15L + pfn);
                for (int at = 0; at < page.length; at += Long.BYTES) {
                    LittleEndian.putLong(page, at, random.nextLong());
                }
            }
            case BYTE -> Arrays.fill(page, (byte) value);
            case LASTBYTE -> page[page.length - 1] = 1;
            case ZERO -> {}
        }
        return page;
    }
}
