// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Makes the contents of pages that are no part of the kernel's own structures. */
final class PageFill {
    private PageFill() {}

    static byte[] of(FillLine.Kind kind, long pfn, long value) {
        byte[] page = new byte[GuestMemory.PAGE];
        switch (kind) {
            case PATTERN -> {
                byte[] name = String.format(Locale.ROOT, "pfn %012x", pfn).getBytes(StandardCharsets.US_ASCII);
                for (int at = 0; at < page.length; at += name.length) {
                    System.arraycopy(name, 0, page, at, name.length);
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
