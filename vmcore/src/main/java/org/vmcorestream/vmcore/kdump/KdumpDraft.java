// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.memory.RunLookup;

/**
 * A kdump file whose second bitmap is still being made, as {@code NAME.partial}. The places of both bitmaps follow from the end of
 * memory alone, so the second one grows where it will stay, and memory is a few windows of it, whatever the size of the dump. What a
 * verdict has to be remembered for until all are there goes behind the bitmaps for the time being. {@link #begin} cuts that off, and
 * goes on with the headers and the pages. Belongs to one thread.
 */
public final class KdumpDraft implements AutoCloseable {
    /** 16 windows of 64 KiB: the bitmap of 32 GiB of memory at 4 KiB pages. */
    private static final int KEPT_WINDOW = 64 << 10;

    private static final int KEPT_WINDOWS = 16;

    /** Windows for what comes in no order: one is what one chunk takes. */
    private static final int NOTED_WINDOW = 4 << 10;

    private static final int NOTED_WINDOWS = 64;
    private static final int NUMBER_WINDOWS = 16;

    private final Path path;
    private final DraftFile file;
    private final KdumpLayout layout;
    private final RunLookup present;
    private final DraftBitmap kept;
    private final DraftBitmap noted;
    private final DraftNumbers numbers;
    private boolean begun;

    private KdumpDraft(Path path, DraftFile file, KdumpLayout layout, long endPfn, List<PfnRun> present) {
        this.path = path;
        this.file = file;
        this.layout = layout;
        this.present = new RunLookup(present);
        long bitmap = layout.bitmapSize();
        kept = new DraftBitmap(new FileWindows(file, layout.keptOffset(), bitmap, KEPT_WINDOW, KEPT_WINDOWS), endPfn);
        noted = new DraftBitmap(
                new FileWindows(file, layout.descriptorsOffset(), bitmap, NOTED_WINDOW, NOTED_WINDOWS), endPfn);
        long chunks = Chunk.of(endPfn) + 1;
        numbers = new DraftNumbers(new FileWindows(
                file, layout.descriptorsOffset() + bitmap, chunks * Long.BYTES, NOTED_WINDOW, NUMBER_WINDOWS));
    }

    /**
     * Creates {@code file.partial}, replacing an older one.
     *
     * @param path final name
     * @param header what the headers will say, or headers with as many bytes of notes
     * @param present page frames with memory, ascending and apart, below the end that the header names
     * @throws IllegalArgumentException when the header cannot be one
     * @throws IOException when it cannot be written, or somebody else is writing it
     */
    public static KdumpDraft create(Path path, KdumpHeader header, List<PfnRun> present) throws IOException {
        return create(path, header, present, PartialFile.ON_DISK);
    }

    static KdumpDraft create(Path path, KdumpHeader header, List<PfnRun> present, PartialFile.Opener opener)
            throws IOException {
        HeaderCheck.require(header);
        return of(path, PartialFile.create(path, opener), header, present);
    }

    /**
     * Creates a file that goes elsewhere. Its front grows in a file without a name: at most 64 MiB for each TiB of memory that the dump has, and
     * as much again until it is begun.
     *
     * @param path its name, for messages
     * @param folder where the front is kept
     * @param target begun when the number of kept pages is known
     * @throws IllegalArgumentException when the header cannot be one
     * @throws IOException when the folder cannot be written to
     */
    public static KdumpDraft held(
            Path path, KdumpHeader header, List<PfnRun> present, Path folder, DumpTarget.Opener target)
            throws IOException {
        HeaderCheck.require(header);
        return of(path, HeldFront.create(path.toString(), folder, target), header, present);
    }

    private static KdumpDraft of(Path path, DraftFile file, KdumpHeader header, List<PfnRun> present) {
        KdumpLayout layout = KdumpLayout.of(header.pageSize(), header.endPfn(), header.notes().length);
        return new KdumpDraft(path, file, layout, header.endPfn(), present);
    }

    /** Creates a file both of whose bitmaps are known. */
    static KdumpFileWriter whole(
            Path path, KdumpHeader header, PfnBitmap present, PfnBitmap kept, PartialFile.Opener opener)
            throws IOException {
        if (present.endPfn() != header.endPfn() || kept.endPfn() != header.endPfn()) {
            throw new IllegalArgumentException("bitmaps of " + present.endPfn() + " and " + kept.endPfn()
                    + " page frames, expected " + header.endPfn() + " as the header says");
        }
        KdumpDraft draft = create(path, header, runs(present), opener);
        try {
            for (long pfn = kept.nextSet(0); pfn >= 0; ) {
                long end = kept.nextClear(pfn);
                draft.kept.set(pfn, end);
                pfn = kept.nextSet(end);
            }
            return draft.begin(header);
        } catch (IOException | RuntimeException | Error e) {
            draft.close();
            throw e;
        }
    }

    private static List<PfnRun> runs(PfnBitmap bitmap) {
        List<PfnRun> runs = new ArrayList<>();
        for (long pfn = bitmap.nextSet(0); pfn >= 0; ) {
            long end = bitmap.nextClear(pfn);
            runs.add(new PfnRun(pfn, end));
            pfn = bitmap.nextSet(end);
        }
        return runs;
    }

    /** Final name of the file. */
    public Path path() {
        return path;
    }

    /** Page frames with memory: the first bitmap. */
    public RunLookup present() {
        return present;
    }

    /** Page frames that stay: the second bitmap, a part of the first. Is to change no more once the file was begun. */
    public DraftBitmap kept() {
        return kept;
    }

    /** Page frames to be remembered until {@link #begin}. */
    public DraftBitmap noted() {
        return noted;
    }

    /** A number for each chunk to be remembered until {@link #begin}. */
    public DraftNumbers numbers() {
        return numbers;
    }

    /** Bytes of windows that are in memory. */
    long memory() {
        return kept.windows().memory()
                + noted.windows().memory()
                + numbers.windows().memory();
    }

    /**
     * Writes the headers, and is ready for pages. The writer has the file from here on, also when this fails: then it is gone.
     *
     * @param header what the headers say; end, page size and bytes of notes as at the creation
     * @throws IllegalArgumentException when header and bitmaps contradict each other
     * @throws IOException when it cannot be written
     */
    public KdumpFileWriter begin(KdumpHeader header) throws IOException {
        if (begun) {
            throw new IllegalStateException(path + ": was begun before");
        }
        begun = true;
        try {
            HeaderCheck.require(header);
            if (!layout.equals(KdumpLayout.of(header.pageSize(), header.endPfn(), header.notes().length))
                    || header.endPfn() != kept.endPfn()) {
                throw new IllegalArgumentException("headers of another layout than those that " + path + " began with");
            }
            file.truncate(layout.descriptorsOffset());
            FrontBlocks front = new FrontBlocks(file, layout);
            front.put(header);
            front.put(present, kept);
            file.begin(layout.descriptorOffset(front.keptPages()) + (front.keptPages() + 1) * header.pageSize());
            return new KdumpWriter(path, header, layout, kept, file, front);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Throws away what was written, unless it was begun: then it is the writer's. */
    @Override
    public void close() throws IOException {
        if (!begun) {
            file.close();
        }
    }
}
