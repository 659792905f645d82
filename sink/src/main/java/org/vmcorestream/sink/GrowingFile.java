// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.schemas.records.PfnRange;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.DraftBitmap;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpFileWriter;

/**
 * The file of one assembly, from its first byte to its last: at first verdicts grow in it, then pages. Belongs to one thread at
 * a time.
 */
final class GrowingFile implements AutoCloseable {
    private final AssemblyOrder order;
    private final StageTools tools;
    private final Path path;
    private final PageCodec codec;
    private KdumpDraft draft;
    private KdumpFileWriter writer;
    private PageSink sink;

    /**
     * A file that is not there yet.
     *
     * @param path its final name
     * @param codec codec of its pages
     */
    GrowingFile(AssemblyOrder order, StageTools tools, Path path, PageCodec codec) {
        this.order = order;
        this.tools = tools;
        this.path = path;
        this.codec = codec;
    }

    /** Final name. */
    Path path() {
        return path;
    }

    /** Codec of its pages. */
    PageCodec codec() {
        return codec;
    }

    /** Makes room for it in its folder. */
    void makeFolder() throws IOException {
        tools.placement().files().prepare(path);
    }

    /**
     * Creates it under its preliminary name.
     *
     * @throws IOException when it cannot be written, or a sink that has lost the dump still writes it
     */
    KdumpDraft open() throws IOException {
        var present = order.plan().manifest().getPresent().stream()
                .map(GrowingFile::run)
                .toList();
        draft = tools.placement().files().create(path, KdumpHeaders.of(order, codec, false), present);
        return draft;
    }

    private static PfnRun run(PfnRange range) {
        return new PfnRun(range.getFirstPfn(), range.getEndPfn());
    }

    /**
     * Goes on to the pages.
     *
     * @param vmemmapExcluded whether unused vmemmap is left out of it
     */
    PageSink begin(boolean vmemmapExcluded) throws IOException {
        writer = tools.writers().begin(draft, KdumpHeaders.of(order, codec, vmemmapExcluded));
        sink = new PageSink(writer, draft.kept(), codec, order.plan().pageSize());
        return sink;
    }

    /** Page frames that stay. */
    DraftBitmap kept() {
        return draft.kept();
    }

    /** Bytes of pages and their descriptors so far. */
    long size() {
        return writer == null ? 0 : writer.size();
    }

    /** What gives it its final name; null as long as no page can come, and for ever where there is no verdict. */
    KdumpFileWriter writer() {
        return writer;
    }

    /** Removes it unless it has its final name. */
    @Override
    public void close() throws IOException {
        try {
            if (sink != null) {
                sink.close();
            }
            if (writer != null) {
                writer.close();
            }
        } finally {
            KdumpDraft begun = draft;
            draft = null;
            writer = null;
            sink = null;
            if (begun != null) {
                begun.close();
            }
        }
    }
}
