// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** A real writer on a disk that becomes full after a number of pages, never when that is negative. */
class FailingWriter implements KdumpFileWriter {
    private final KdumpFileWriter writer;
    private int left;

    FailingWriter(KdumpDraft draft, KdumpHeader header, int pages) throws IOException {
        writer = draft.begin(header);
        left = pages;
    }

    /** Looks at what is stored. */
    void check(ByteBuffer stored) {}

    @Override
    public void addPage(long pfn, ByteBuffer stored, int offset, int length, boolean raw) throws IOException {
        if (left-- == 0) {
            throw new IOException("No space left on device");
        }
        check(stored);
        writer.addPage(pfn, stored, offset, length, raw);
    }

    @Override
    public void addZeroPage(long pfn) throws IOException {
        writer.addZeroPage(pfn);
    }

    @Override
    public long size() {
        return writer.size();
    }

    @Override
    public Summary finish(boolean incomplete) throws IOException {
        return writer.finish(incomplete);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
