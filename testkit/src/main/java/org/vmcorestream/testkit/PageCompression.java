// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.util.Arrays;
import java.util.zip.Deflater;

/** How the pages of a synthetic kdump file are stored. */
public interface PageCompression {
    /** Every page as it is. */
    PageCompression RAW = new PageCompression() {
        @Override
        public int flag() {
            return 0;
        }

        @Override
        public byte[] compress(byte[] page) {
            return page;
        }
    };

    /** zlib, flag 0x1. */
    PageCompression ZLIB = zlib(Deflater.BEST_SPEED);

    /**
     * zlib, flag 0x1, as somebody else may have compressed.
     *
     * @param level as {@link Deflater} takes it
     */
    static PageCompression zlib(int level) {
        return new PageCompression() {
            @Override
            public int flag() {
                return 1;
            }

            @Override
            public byte[] compress(byte[] page) {
                Deflater deflater = new Deflater(level);
                try {
                    deflater.setInput(page);
                    deflater.finish();
                    byte[] stored = new byte[page.length * 2];
                    return Arrays.copyOf(stored, deflater.deflate(stored));
                } finally {
                    deflater.end();
                }
            }
        };
    }

    /** The flag of page descriptors and of the status word. */
    int flag();

    /** What is stored of a page; it is stored raw when that is not shorter. */
    byte[] compress(byte[] page);
}
