// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.vmcorestream.vmcore.CorruptVmcoreException;
import org.vmcorestream.vmcore.TruncatedVmcoreException;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;

/**
 * The flattened format of makedumpfile, which QEMU writes too: a file for a pipe, in pieces that say where they belong. Numbers are
 * big-endian, whatever the machine.
 *
 * <pre>
 *  header, 4096 bytes                      record
 *    0  char[16]  "makedumpfile", NULs       0  s64  offset    position in the file; -1 ends
 *   16  s64       type     1                 8  s64  buf_size  bytes that follow; -1 ends
 *   24  s64       version  1                16       the bytes
 *   32            zeros
 * </pre>
 *
 * A later record replaces what an earlier one had at the same position: makedumpfile writes the header and the bitmaps once more
 * at the end. Offsets and sizes are untrusted; memory is one buffer, whatever they say.
 */
final class FlattenedRecords {
    private static final int HEADER = 4096;
    private static final int RECORD = 16;
    private static final int TYPE_OFFSET = 16;
    private static final int VERSION_OFFSET = 24;
    private static final long END = -1;

    private final Path name;
    private final StreamBytes bytes;

    /** @param bytes begin with the signature */
    FlattenedRecords(Path name, StreamBytes bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * Puts all bytes into their places.
     *
     * @return whether the stream has its end record; what it holds up to where it was cut is in its place too
     */
    boolean copyTo(SpoolFile file) throws IOException {
        readHeader();
        while (bytes.available(RECORD) == RECORD) {
            long at = bytes.position();
            ByteBuffer record = take("a record", RECORD);
            long offset = record.getLong();
            long size = record.getLong();
            if (offset == END && size == END) {
                return true;
            }
            if (!SpoolFile.canHold(offset, size)) {
                throw new CorruptVmcoreException(name + ": record at offset " + at + " has " + size
                        + " bytes for position " + offset + " of the dump, expected a place that a file can have");
            }
            // A stream of empty records would never end.
            file.count(RECORD);
            if (!copy(offset, size, file)) {
                return false;
            }
        }
        return false;
    }

    /** The complaint that a stream was cut of which nothing can be read. */
    TruncatedVmcoreException cut() {
        return new TruncatedVmcoreException(
                name + ": the flattened stream was cut, it ends at offset " + (bytes.position() + bytes.available())
                        + " without the end record, and what came does not begin like a kdump file");
    }

    private void readHeader() throws IOException {
        ByteBuffer header = take("the flattened header", HEADER);
        long type = header.getLong(TYPE_OFFSET);
        long version = header.getLong(VERSION_OFFSET);
        if (type != 1 || version != 1) {
            throw new UnsupportedVmcoreException(name + ": flattened format of type " + type + " and version " + version
                    + " at offset " + TYPE_OFFSET + ", expected 1 and 1");
        }
    }

    private boolean copy(long offset, long size, SpoolFile file) throws IOException {
        for (long done = 0; done < size; ) {
            int some = bytes.some(size - done);
            if (some == 0) {
                return false;
            }
            file.write(bytes.take(some), offset + done);
            done += some;
        }
        return true;
    }

    private ByteBuffer take(String what, int length) throws IOException {
        if (bytes.available(length) < length) {
            throw new TruncatedVmcoreException(name + ": ends at offset "
                    + (bytes.position() + bytes.available(length)) + ", expected " + what + " of " + length
                    + " bytes from offset " + bytes.position() + " on: the flattened stream was cut");
        }
        return bytes.take(length).order(ByteOrder.BIG_ENDIAN);
    }
}
