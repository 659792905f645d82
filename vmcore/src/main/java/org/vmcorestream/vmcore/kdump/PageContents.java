// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/** Contents of stored pages, whatever codec each has. Belongs to one thread. */
final class PageContents implements AutoCloseable {
    private final int pageSize;
    private final Map<PageCodec, PageDecompressor> decompressors = new EnumMap<>(PageCodec.class);

    PageContents(int pageSize) {
        this.pageSize = pageSize;
    }

    /**
     * Puts the contents of the page that a cursor is at into a direct buffer, whose position and limit are left alone.
     *
     * @throws VmcoreException when the stored bytes are no page
     */
    void read(PageSequence page, ByteBuffer into, int at) throws IOException {
        ByteBuffer stored = page.stored();
        PageCodec codec = page.codec();
        if (codec == null) {
            into.put(at, stored, page.dataIndex(), pageSize);
            return;
        }
        try {
            decompressors
                    .computeIfAbsent(codec, PageDecompressor::of)
                    .decompress(stored, page.dataIndex(), page.size(), into, at, pageSize);
        } catch (VmcoreException e) {
            throw page.damaged(e);
        }
    }

    @Override
    public void close() {
        decompressors.values().forEach(PageDecompressor::close);
        decompressors.clear();
    }
}
