// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongBinaryOperator;
import org.vmcorestream.vmcore.file.DumpFile;

/** Physical memory as far as the segments of an ELF file hold it. Can be used by several threads at once. */
public final class SegmentMemory implements PhysicalMemory {
    private final DumpFile file;
    private final MemoryExtents extents;

    /** Memory at {@code extents} of {@code file}. */
    public SegmentMemory(DumpFile file, MemoryExtents extents) {
        this.file = file;
        this.extents = extents;
    }

    @Override
    public String source() {
        return file.path().toString();
    }

    @Override
    public int read(long phys, int length, ByteBuffer into) throws IOException {
        int done = 0;
        int limit = into.limit();
        for (int extent = extents.atOrAbove(phys); done < length && extent < extents.count(); extent++) {
            long at = phys + done;
            if (extents.start(extent) > at) {
                break;
            }
            int here = (int) Math.min(length - done, extents.end(extent) - at);
            into.limit(into.position() + here);
            file.readSparse(extents.offset(extent) + (at - extents.start(extent)), into);
            done += here;
        }
        into.limit(limit);
        return done;
    }

    /** Reads {@code length} bytes; those that the file does not hold are zeros. */
    public void readPadded(long phys, int length, ByteBuffer into) throws IOException {
        long at = phys;
        long end = phys + length;
        int limit = into.limit();
        for (int extent = extents.atOrAbove(phys); at < end; extent++) {
            long start = extent < extents.count() ? Math.min(end, extents.start(extent)) : end;
            for (; at < start; at++) {
                into.put((byte) 0);
            }
            if (at < end) {
                int here = (int) (Math.min(end, extents.end(extent)) - at);
                readPiece(extent, at, here, into);
                into.limit(limit);
                at += here;
            }
        }
    }

    /**
     * How many bytes of a range, from its beginning on, are zeros because the file is sparse there, or does not hold them.
     *
     * @return 0 to {@code length}
     */
    public long holeBytes(long phys, long length) {
        return bytesUntil(phys, length, file::holeBytes);
    }

    /**
     * How many bytes of a range, from its beginning on, come before the next hole of the file.
     *
     * @return 0 to {@code length}
     */
    public long dataBytes(long phys, long length) {
        return bytesUntil(phys, length, file::dataBytes);
    }

    /** How far something holds of a range, which may lie in several pieces of the file. */
    private long bytesUntil(long phys, long length, LongBinaryOperator inFile) {
        long end = phys + length;
        for (int i = extents.atOrAbove(phys); i < extents.count() && extents.start(i) < end; i++) {
            long from = Math.max(phys, extents.start(i));
            long to = Math.min(end, extents.end(i));
            long bytes = inFile.applyAsLong(extents.offset(i) + (from - extents.start(i)), to - from);
            if (bytes < to - from) {
                return from + bytes - phys;
            }
        }
        return length;
    }

    /** Says that a range will be read soon. */
    public void willNeed(long phys, long length) {
        long end = phys + length;
        for (int i = extents.atOrAbove(phys); i < extents.count() && extents.start(i) < end; i++) {
            long from = Math.max(phys, extents.start(i));
            long to = Math.min(end, extents.end(i));
            file.willNeed(extents.offset(i) + (from - extents.start(i)), to - from);
        }
    }

    private void readPiece(int extent, long phys, int length, ByteBuffer into) throws IOException {
        into.limit(into.position() + length);
        file.readUnlessHole(extents.offset(extent) + (phys - extents.start(extent)), into);
    }
}
