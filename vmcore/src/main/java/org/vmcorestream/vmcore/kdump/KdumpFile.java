// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/**
 * A kdump-compressed file, opened for reading: header version 6 in the 64-bit little-endian layout, not split and not
 * flattened. Everything in it is untrusted. Belongs to one thread.
 */
public final class KdumpFile implements AutoCloseable {
    private final BoundedInput file;
    private final KdumpFileHeaders headers;
    private final StoredBitmap present;
    private final StoredBitmap kept;
    private final Map<PageCodec, PageDecompressor> decompressors = new EnumMap<>(PageCodec.class);
    private final ByteBuffer descriptor =
            ByteBuffer.allocate(PageDescriptor.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer stored;
    private final ByteBuffer page;

    private KdumpFile(BoundedInput file, KdumpFileHeaders headers) {
        this.file = file;
        this.headers = headers;
        long endPfn = headers.header().endPfn();
        present = new StoredBitmap(file, "1st bitmap", headers.layout().presentOffset(), endPfn);
        kept = new StoredBitmap(file, "2nd bitmap", headers.layout().keptOffset(), endPfn);
        stored = ByteBuffer.allocateDirect(headers.header().pageSize());
        page = ByteBuffer.allocateDirect(headers.header().pageSize());
    }

    /**
     * Opens a file and checks its headers.
     *
     * @throws VmcoreException when it is no kdump file, one that cannot be read here, truncated, or contradicts itself
     * @throws IOException when it cannot be read
     */
    public static KdumpFile open(Path path) throws IOException {
        BoundedInput file = new BoundedInput(path);
        try {
            return new KdumpFile(file, KdumpFileHeaders.read(file));
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** What the headers say, with the notes; CPUs are as stored, the build id is not part of the headers and empty. */
    public KdumpHeader header() {
        return headers.header();
    }

    /** Status word: codec flag, 0x8 when incomplete, 0x10 when parts of vmemmap are left out. */
    public int status() {
        return headers.status();
    }

    /** Whether the file says that pages are missing. */
    public boolean incomplete() {
        return (headers.status() & MainHeader.STATUS_INCOMPLETE) != 0;
    }

    /** Text of VMCOREINFO, empty when there is none. */
    public String vmcoreInfo() {
        KdumpHeader header = headers.header();
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
    public long keptPages() throws IOException {
        return kept.cardinality();
    }

    /**
     * Descriptor of a kept page. One that an incomplete file ends before is {@link PageDescriptor#MISSING}.
     *
     * @throws VmcoreException when the page is not kept, or the file ends early without saying so
     */
    public PageDescriptor descriptor(long pfn) throws IOException {
        if (!kept.get(pfn)) {
            throw new VmcoreException(file.path() + ": page frame " + pfn + " is not in the file, expected one of "
                    + keptPages() + " kept below " + headers.header().endPfn());
        }
        long offset = headers.layout().descriptorOffset(kept.rank(pfn));
        if (incomplete() && !file.holds(offset, PageDescriptor.SIZE)) {
            return PageDescriptor.MISSING;
        }
        file.read("descriptor of page frame " + pfn, offset, descriptor.clear());
        return PageDescriptor.get(descriptor.flip());
    }

    /**
     * Reads one page.
     *
     * @param pfn page frame, one that is kept
     * @param into receives one page at its position, which moves behind it
     * @throws VmcoreException when the page is not kept, missing, or its bytes are bad
     */
    public void readPage(long pfn, ByteBuffer into) throws IOException {
        PageDescriptor found = descriptor(pfn);
        if (found.missing()) {
            throw new VmcoreException(file.path() + ": page frame " + pfn + " is missing, its descriptor has offset 0");
        }
        PageCodec codec = codec(pfn, found);
        int pageSize = headers.header().pageSize();
        if (codec == null ? found.size() != pageSize : found.size() < 1 || found.size() > pageSize) {
            throw new VmcoreException(file.path() + ": page frame " + pfn + " has "
                    + Integer.toUnsignedString(found.size()) + " stored bytes, expected "
                    + (codec == null ? "" : "1 to ") + pageSize);
        }
        file.read("page frame " + pfn, found.offset(), stored.clear().limit(found.size()));
        if (codec == null) {
            into.put(stored.flip());
            return;
        }
        try {
            decompressors
                    .computeIfAbsent(codec, PageDecompressor::of)
                    .decompress(stored, 0, found.size(), page.clear(), 0, pageSize);
        } catch (VmcoreException e) {
            throw new VmcoreException(
                    file.path() + ": page frame " + pfn + " at offset " + found.offset() + ": " + e.getMessage(), e);
        }
        into.put(page);
    }

    private PageCodec codec(long pfn, PageDescriptor found) throws VmcoreException {
        if (found.flags() == 0) {
            return null;
        }
        return PageCodec.ofKdumpFlag(found.flags())
                .orElseThrow(() -> new VmcoreException(file.path() + ": page frame " + pfn + " has flags 0x"
                        + Integer.toHexString(found.flags()) + ", expected 0, 0x1, 0x2, 0x4 or 0x20"));
    }

    @Override
    public void close() throws IOException {
        decompressors.values().forEach(PageDecompressor::close);
        decompressors.clear();
        file.close();
    }
}
