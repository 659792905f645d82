// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * One kdump-compressed file, not split and not flattened, opened to be looked at page by page. Everything in it is untrusted. Belongs to one
 * thread.
 */
public final class KdumpFile implements AutoCloseable {
    private final StoredDump dump;
    private final StoredPart file;
    private final StoredBitmap present;
    private final StoredBitmap kept;
    private final PageCursor cursor;
    private final ByteBuffer page;

    private KdumpFile(StoredDump dump) {
        this.dump = dump;
        file = dump.parts().get(0);
        present = dump.present();
        kept = dump.kept();
        cursor = new PageCursor(dump);
        page = ByteBuffer.allocateDirect(dump.pageSize());
    }

    /**
     * Opens a file and checks its headers.
     *
     * @throws VmcoreException when it is no kdump file, one that cannot be read here, truncated, or contradicts itself
     * @throws IOException when it cannot be read
     */
    public static KdumpFile open(Path path) throws IOException {
        StoredDump dump = StoredDump.open(List.of(path));
        if (dump.split()) {
            dump.close();
            throw new VmcoreException(
                    path + ": is one part of a split dump, expected a whole one: 'assemble' joins its parts");
        }
        return new KdumpFile(dump);
    }

    /** What the headers say, with the notes; CPUs are as stored, the build id is not part of the headers and empty. */
    public KdumpHeader header() {
        return dump.header();
    }

    /** Status word: codec flag, 0x8 when incomplete, 0x10 when parts of vmemmap are left out. */
    public int status() {
        return file.main().status();
    }

    /** Whether the file says that pages are missing. */
    public boolean incomplete() {
        return dump.incomplete();
    }

    /** Text of VMCOREINFO, empty when there is none. */
    public String vmcoreInfo() {
        KdumpHeader header = header();
        return new String(
                header.notes(), header.vmcoreInfoOffset(), header.vmcoreInfoSize(), StandardCharsets.ISO_8859_1);
    }

    /** Whether a page frame is memory: its bit in the first bitmap. */
    public boolean present(long pfn) throws IOException {
        return present.get(pfn);
    }

    /** Whether a page is kept: its bit in the second bitmap. */
    public boolean kept(long pfn) throws IOException {
        return kept.get(pfn);
    }

    /** First kept page frame at or behind {@code pfn}, -1 when there is none. */
    public long nextKept(long pfn) throws IOException {
        return kept.nextSet(pfn);
    }

    /** Number of page frames that are memory. */
    public long presentPages() throws IOException {
        return present.cardinality();
    }

    /** Number of kept pages, missing ones included. */
    public long keptPages() {
        return dump.pages();
    }

    /**
     * Descriptor of a kept page. One that an incomplete file does not have, or whose bytes it does not have, is {@link
     * PageDescriptor#MISSING}.
     *
     * @throws VmcoreException when the page is not kept, or its descriptor cannot be
     */
    public PageDescriptor descriptor(long pfn) throws IOException {
        seek(pfn);
        return cursor.missing()
                ? PageDescriptor.MISSING
                : new PageDescriptor(cursor.offset(), cursor.size(), cursor.flags());
    }

    private void seek(long pfn) throws IOException {
        if (!kept.get(pfn)) {
            throw new VmcoreException(file.path() + ": page frame " + pfn + " is not in the file, expected one of "
                    + keptPages() + " kept below " + header().endPfn());
        }
        cursor.seek(pfn);
    }

    /**
     * Reads one page.
     *
     * @param pfn page frame, one that is kept
     * @param into receives one page at its position, which moves behind it
     * @throws VmcoreException when the page is not kept, missing, or its bytes are bad
     */
    public void readPage(long pfn, ByteBuffer into) throws IOException {
        seek(pfn);
        cursor.read(pfn, 1, page.clear());
        into.put(page.flip());
    }

    @Override
    public void close() throws IOException {
        cursor.close();
        dump.close();
    }
}
