// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * A dump as it is stored: one kdump file, or all files of a split one. Everything in them is untrusted. Memory is a few MiB and the
 * notes, whatever the size of the dump. Belongs to one thread.
 */
public final class StoredDump implements AutoCloseable {
    private final List<SplitPart> parts;
    private final KdumpHeader header;
    private final StoredBitmap present;
    private final StoredBitmap kept;

    private StoredDump(List<SplitPart> parts) throws IOException {
        this.parts = parts;
        SplitPart first = parts.get(0);
        header = KdumpFileHeaders.header(
                first.file(), new KdumpFileHeaders.Stored(first.main(), first.sub(), first.layout()));
        present = new StoredBitmap(first.file(), "1st bitmap", first.layout().presentOffset(), header.endPfn());
        kept = new StoredBitmap(first.file(), "2nd bitmap", first.layout().keptOffset(), header.endPfn());
    }

    /**
     * Opens a dump.
     *
     * @param files one that is not split, or all files of a split one in any order
     * @throws VmcoreException when one is damaged, or they are not the files of one dump
     * @throws IOException when one cannot be read
     */
    public static StoredDump open(List<Path> files) throws IOException {
        if (files.isEmpty() || files.size() > SplitDump.MAX_PARTS) {
            throw new IllegalArgumentException(files.size() + " files, expected 1 to " + SplitDump.MAX_PARTS);
        }
        List<SplitPart> opened = new ArrayList<>();
        try {
            for (Path file : files) {
                opened.add(files.size() == 1 ? SplitPart.openAny(file) : SplitPart.open(file));
            }
            SplitPart first = opened.get(0);
            if (first.whole()) {
                first.count();
                return new StoredDump(opened);
            }
            return new StoredDump(SplitSet.of(opened));
        } catch (IOException | RuntimeException | Error e) {
            for (SplitPart part : opened) {
                part.close();
            }
            throw e;
        }
    }

    /** What the headers say; of a split dump those of the whole. CPUs are as stored, the build id is empty. */
    public KdumpHeader header() {
        return header;
    }

    /** Pages that the dump keeps, missing ones included. */
    public long pages() {
        return parts.stream().mapToLong(SplitPart::pages).sum();
    }

    /** Whether one of the files says that pages are missing. */
    public boolean incomplete() {
        return parts.stream().anyMatch(SplitPart::incomplete);
    }

    /** Name of the first file, for messages. */
    Path path() {
        return parts.get(0).path();
    }

    /** The files in the order of their page frames. */
    List<SplitPart> parts() {
        return parts;
    }

    /** Memory that exists. */
    StoredBitmap present() {
        return present;
    }

    /** Pages that are kept. */
    StoredBitmap kept() {
        return kept;
    }

    /** What makedumpfile says of data that it erased, of all files one behind the other; empty when nothing was. */
    byte[] eraseInfo() throws IOException {
        long size = 0;
        for (SplitPart part : parts) {
            long its = part.sub().eraseInfoSize();
            if (its < 0 || its > HeaderCheck.MAX_NOTES || size + its > HeaderCheck.MAX_NOTES) {
                throw new VmcoreException(part.path() + ": has erase information of " + Long.toUnsignedString(its)
                        + " bytes, expected at most " + HeaderCheck.MAX_NOTES + " in all files");
            }
            if (its > 0 && !part.file().holds(part.sub().eraseInfoOffset(), its)) {
                throw part.file().beyond("erase information", part.sub().eraseInfoOffset(), its);
            }
            size += its;
        }
        ByteBuffer all = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        for (SplitPart part : parts) {
            int its = (int) part.sub().eraseInfoSize();
            part.file().read("erase information", part.sub().eraseInfoOffset(), all.limit(all.position() + its));
        }
        return all.array();
    }

    @Override
    public void close() throws IOException {
        for (SplitPart part : parts) {
            part.close();
        }
    }
}
