// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * A dump that is split over several files, as this project and {@code makedumpfile --split} write them: each file has the
 * headers and both bitmaps of the whole dump, and the pages of a range of page frames.
 *
 * <pre>
 *   part 0   headers | bitmaps | descriptors of 0 … a-1    | hole | pages of 0 … a-1
 *   part 1   headers | bitmaps | descriptors of a … b-1    | hole | pages of a … b-1
 *   whole    headers | bitmaps | descriptors of 0 … b-1           | pages of 0 … b-1
 * </pre>
 *
 * Everything in the files is untrusted. Memory is a few MiB, whatever the size of the dump. Belongs to one thread.
 */
public final class SplitDump implements AutoCloseable {
    /** Most files of a dump. */
    public static final int MAX_PARTS = 1024;

    /** Told how far the joining is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code done} of {@code total} pages are in the file. */
        void at(long done, long total);
    }

    /**
     * What was written.
     *
     * @param size bytes of the file
     * @param pages pages that the dump keeps, missing ones included
     * @param zeroPages pages of zeros among them
     * @param missing pages that no part has
     * @param incomplete whether the file says that it is incomplete: one of its parts did
     */
    public record Summary(long size, long pages, long zeroPages, long missing, boolean incomplete) {}

    private final List<SplitPart> parts;

    private SplitDump(List<SplitPart> parts) {
        this.parts = parts;
    }

    /**
     * Opens the files of a dump, in any order, and compares their headers and bitmaps.
     *
     * @throws VmcoreException when one is damaged, they are not of one dump, or some are missing or overlap
     * @throws IOException when one cannot be read
     */
    public static SplitDump open(List<Path> files) throws IOException {
        if (files.isEmpty() || files.size() > MAX_PARTS) {
            throw new IllegalArgumentException(files.size() + " files, expected 1 to " + MAX_PARTS);
        }
        List<SplitPart> opened = new ArrayList<>();
        try {
            for (Path file : files) {
                opened.add(SplitPart.open(file));
            }
            return new SplitDump(SplitSet.of(opened));
        } catch (IOException | RuntimeException | Error e) {
            for (SplitPart part : opened) {
                part.close();
            }
            throw e;
        }
    }

    /** The files in the order of their page frames. */
    public List<Path> files() {
        return parts.stream().map(SplitPart::path).toList();
    }

    /** Pages that the dump keeps. */
    public long pages() {
        return parts.stream().mapToLong(SplitPart::pages).sum();
    }

    /** Whether one of the files says that it is incomplete. */
    public boolean incomplete() {
        return parts.stream().anyMatch(SplitPart::incomplete);
    }

    /**
     * Joins the parts into one file that is not split: written as {@code NAME.partial}, it gets its name only when it is whole
     * and on disk.
     *
     * @param file final name, none of the parts
     * @throws VmcoreException when a part turns out to be damaged
     * @throws IOException when a part cannot be read or the file cannot be written
     */
    public Summary assemble(Path file, Progress progress) throws IOException {
        for (SplitPart part : parts) {
            if (Files.exists(file) && Files.isSameFile(file, part.path())) {
                throw new VmcoreException(file + ": is one of the parts, expected another name for the whole");
            }
        }
        try (PartialFile out = PartialFile.create(file, PartialFile.ON_DISK)) {
            SplitPart first = parts.get(0);
            int block = first.layout().pageSize();
            first.file().copyTo("headers", block, first.layout().descriptorsOffset() - block, out, block);
            PageJoiner joiner = new PageJoiner(out, first, pages(), progress);
            for (SplitPart part : parts) {
                joiner.add(part);
            }
            joiner.finish();
            long end = joiner.end();
            long erased = putEraseInfo(out, end);
            ByteBuffer sub = ByteBuffer.allocate(SubHeader.SIZE).order(ByteOrder.LITTLE_ENDIAN);
            first.sub().whole(erased == 0 ? 0 : end, erased).put(sub);
            out.write(sub, block);
            out.write(mainHeader(first, incomplete()), 0);
            out.commit();
            return new Summary(end + erased, pages(), joiner.zeroPages(), joiner.missing(), incomplete());
        }
    }

    /** What makedumpfile says of erased data, that of all parts one behind the other. */
    private long putEraseInfo(PartialFile out, long end) throws IOException {
        long size = 0;
        for (SplitPart part : parts) {
            long its = part.sub().eraseInfoSize();
            if (its < 0 || its > HeaderCheck.MAX_NOTES) {
                throw new VmcoreException(part.path() + ": has erase information of " + Long.toUnsignedString(its)
                        + " bytes, expected at most " + HeaderCheck.MAX_NOTES);
            }
            if (its > 0) {
                part.file().copyTo("erase information", part.sub().eraseInfoOffset(), its, out, end + size);
                size += its;
            }
        }
        return size;
    }

    private static ByteBuffer mainHeader(SplitPart first, boolean incomplete) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(first.layout().pageSize()).order(ByteOrder.LITTLE_ENDIAN);
        first.file().read("main header", 0, block);
        int status = first.main().status() | (incomplete ? MainHeader.STATUS_INCOMPLETE : 0);
        return block.putInt(MainHeader.STATUS_OFFSET, status).flip();
    }

    @Override
    public void close() throws IOException {
        for (SplitPart part : parts) {
            part.close();
        }
    }
}
