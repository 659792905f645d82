// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/** Makes pages of stored bytes, whatever codec each has. Belongs to one thread. */
final class PageContents implements AutoCloseable {
    private final int pageSize;
    private final Map<PageCodec, PageDecompressor> decompressors = new EnumMap<>(PageCodec.class);

    PageContents(int pageSize) {
        this.pageSize = pageSize;
    }

    /**
     * Puts a page into a direct buffer. Position and limit of both buffers are left alone.
     *
     * @param codec of the stored bytes, null when they are the page
     * @throws VmcoreException when the stored bytes are no page; says what is wrong with them, but not which page it is
     */
    void put(PageCodec codec, ByteBuffer stored, int index, int size, ByteBuffer into, int at) throws VmcoreException {
        if (codec == null) {
            into.put(at, stored, index, pageSize);
        } else {
            decompressors
                    .computeIfAbsent(codec, PageDecompressor::of)
                    .decompress(stored, index, size, into, at, pageSize);
        }
    }

    @Override
    public void close() {
        decompressors.values().forEach(PageDecompressor::close);
        decompressors.clear();
    }
}
