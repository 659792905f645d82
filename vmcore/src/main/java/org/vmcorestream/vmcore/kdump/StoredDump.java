// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/**
 * A dump as it is stored: one kdump file, or all files of a split one, of any header version, in any codec. Each file of a split one has the
 * headers and both bitmaps of the whole dump, and the pages of a range of page frames:
 *
 * <pre>
 *   part 0   headers | bitmaps | descriptors of 0 … a-1    | hole | pages of 0 … a-1
 *   part 1   headers | bitmaps | descriptors of a … b-1    | hole | pages of a … b-1
 *   whole    headers | bitmaps | descriptors of 0 … b-1           | pages of 0 … b-1
 * </pre>
 *
 * Everything in the files is untrusted. Finding a page costs a count for each 32,768 page frames, made when the dump is opened: its descriptor
 * is as far behind the first as the second bitmap has bits below it. All else that reading needs is in a {@link PageCursor}, of which each
 * thread that reads borrows one.
 */
public final class StoredDump implements AutoCloseable {
    /** Most files of a dump. */
    public static final int MAX_FILES = 1024;

    private final List<StoredPart> parts;
    private final KdumpHeader header;
    private final StoredBitmap present;
    private final StoredBitmap kept;
    private final Deque<PageCursor> resting = new ConcurrentLinkedDeque<>();

    private StoredDump(List<StoredPart> parts) throws IOException {
        this.parts = parts;
        StoredPart first = parts.get(0);
        header = first.headers().header(first.file());
        long end = header.endPfn();
        present = new StoredBitmap(first.file(), "1st bitmap", first.layout().presentOffset(), end);
        kept = new StoredBitmap(first.file(), "2nd bitmap", first.layout().keptOffset(), end);
        for (StoredPart part : parts) {
            part.count(kept);
        }
    }

    /**
     * Opens a dump of files on a disk that are not flattened.
     *
     * @param files one that is not split, or all files of a split one in any order
     * @throws VmcoreException when one is damaged or cannot be opened, or they are not the files of one dump
     */
    public static StoredDump open(List<Path> files) throws IOException {
        List<DumpFile> opened = new ArrayList<>();
        try {
            for (Path file : files) {
                opened.add(DumpFile.open(file, DumpFile.ReadObserver.NONE));
            }
        } catch (IOException | RuntimeException | Error e) {
            for (DumpFile file : opened) {
                file.close();
            }
            throw e;
        }
        return of(opened);
    }

    /**
     * Opens a dump.
     *
     * @param files one that is not split, or all files of a split one in any order; closed with the dump, and when it cannot be opened
     * @throws VmcoreException when one is damaged, or they are not the files of one dump
     * @throws IOException when one cannot be read
     */
    public static StoredDump of(List<DumpFile> files) throws IOException {
        try {
            if (files.isEmpty() || files.size() > MAX_FILES) {
                throw new IllegalArgumentException(files.size() + " files, expected 1 to " + MAX_FILES);
            }
            List<StoredPart> parts = new ArrayList<>();
            for (DumpFile file : files) {
                parts.add(StoredPart.of(new BoundedInput(file)));
            }
            if (parts.size() == 1 && parts.get(0).whole()) {
                return new StoredDump(parts);
            }
            for (StoredPart part : parts) {
                part.requirePart();
            }
            StoredPart first = parts.get(0);
            if (parts.size() == 1
                    && first.endPfn() - first.startPfn() < first.sub().maxMapnr()) {
                throw new VmcoreException(first.path() + ": is one part of a split dump, with page frames "
                        + first.startPfn() + " to before " + first.endPfn() + ", expected all of its files together");
            }
            return new StoredDump(SplitSet.of(parts));
        } catch (IOException | RuntimeException | Error e) {
            for (DumpFile file : files) {
                file.close();
            }
            throw e;
        }
    }

    /**
     * What the headers say, as those of a file of the newest version; of a split dump those of the whole. CPUs are as stored, the build id is
     * empty.
     */
    public KdumpHeader header() {
        return header;
    }

    /** Pages that the dump keeps, missing ones included. */
    public long pages() {
        return parts.stream().mapToLong(StoredPart::pages).sum();
    }

    /** Whether it is in files that have a part each. */
    public boolean split() {
        return !parts.get(0).whole();
    }

    /** Number of its files. */
    public int files() {
        return parts.size();
    }

    /** Whether one of the files says that pages are missing, or was cut. */
    public boolean incomplete() {
        return parts.stream().anyMatch(StoredPart::incomplete);
    }

    /** What is wrong with files that end before their last page, one line; empty when none does. */
    public Optional<String> cut() {
        return parts.stream()
                .filter(StoredPart::cut)
                .findFirst()
                .map(part -> part.path() + ": was cut, it ends at offset "
                        + part.file().size() + " before its last page: what is there is read, the rest is missing");
    }

    /** Name of its first file, for messages. */
    public Path path() {
        return parts.get(0).path();
    }

    /** Bytes of all files. */
    long fileSize() {
        return parts.stream().mapToLong(part -> part.file().size()).sum();
    }

    /** Bytes of a page, which is a block. */
    int pageSize() {
        return header.pageSize();
    }

    /** The files in the order of their page frames. */
    List<StoredPart> parts() {
        return parts;
    }

    /** The part that has a page frame. */
    StoredPart part(long pfn) {
        int low = 0;
        int high = parts.size() - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (parts.get(middle).endPfn() <= pfn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return parts.get(low);
    }

    /** Memory that exists, for one thread. */
    StoredBitmap present() {
        return present.copy();
    }

    /** Pages that are kept, for one thread. */
    StoredBitmap kept() {
        return kept.copy();
    }

    /** A cursor for the calling thread, until it is given back. */
    PageCursor borrow() {
        PageCursor cursor = resting.pollFirst();
        return cursor == null ? new PageCursor(this) : cursor;
    }

    /** Takes a cursor back. */
    void giveBack(PageCursor cursor) {
        resting.addFirst(cursor);
    }

    /** What makedumpfile says of data that it erased, of all files one behind the other; empty when nothing was. */
    byte[] eraseInfo() throws IOException {
        long size = 0;
        for (StoredPart part : parts) {
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
        ByteBuffer all = ByteBuffer.allocate((int) size);
        for (StoredPart part : parts) {
            int its = (int) part.sub().eraseInfoSize();
            if (its > 0) {
                part.file().read("erase information", part.sub().eraseInfoOffset(), all.limit(all.position() + its));
            }
        }
        return all.array();
    }

    @Override
    public void close() throws IOException {
        for (PageCursor cursor = resting.pollFirst(); cursor != null; cursor = resting.pollFirst()) {
            cursor.close();
        }
        for (StoredPart part : parts) {
            part.close();
        }
    }
}
