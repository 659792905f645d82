// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.util.List;
import java.util.Random;

/** Contents of pages as memory has them. */
enum TestPage {
    ZEROS,
    PATTERN,
    TEXT,
    POINTERS,
    RANDOM,
    /** A part random and the rest of other kinds; may shrink or not. */
    MIXED;

    /** Those that every codec makes smaller. */
    static final List<TestPage> SHRINKING = List.of(ZEROS, PATTERN, TEXT, POINTERS);

    byte[] bytes(int pageSize, long seed) {
        byte[] page = new byte[pageSize];
        fill(page, 0, pageSize, new Random(seed));
        return page;
    }

    private void fill(byte[] page, int from, int to, Random random) {
        switch (this) {
            case ZEROS -> {}
            case PATTERN -> {
                int step = 1 + random.nextInt(7);
                for (int i = from; i < to; i++) {
                    page[i] = (byte) (i % 251 * step);
                }
            }
            case TEXT -> {
                String[] words = {
                    "mm/page_alloc.c: ", "kernel panic ", "order ", "0x", "\n", "[   12.345678] ", "vmcore "
                };
                StringBuilder text = new StringBuilder();
                while (text.length() < to - from) {
                    text.append(words[random.nextInt(words.length)]).append(random.nextInt(100));
                }
                for (int i = from; i < to; i++) {
                    page[i] = (byte) text.charAt(i - from);
                }
            }
            case POINTERS -> {
                for (int i = from; i + 8 <= to; i += 8) {
                    page[i] = (byte) (random.nextInt() & 0xc0);
                    page[i + 1] = (byte) random.nextInt();
                    page[i + 5] = (byte) 0x88;
                    page[i + 6] = (byte) 0xff;
                    page[i + 7] = (byte) 0xff;
                }
            }
            case RANDOM -> {
                byte[] noise = new byte[to - from];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, page, from, noise.length);
            }
            case MIXED -> {
                int at = from;
                while (at < to) {
                    int end = Math.min(to, at + 1 + random.nextInt(to - from));
                    values()[random.nextInt(5)].fill(page, at, end, random);
                    at = end;
                }
            }
        }
    }
}
