// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import org.vmcorestream.vmcore.NotAVmcoreException;
import org.vmcorestream.vmcore.file.DumpFile;

/**
 * Copies a stream to a spool file, and puts the bytes of a flattened one into their places. What is no dump is refused by its
 * first bytes, before anything is written.
 */
public final class Spooler {
    /** Nobody knows how many bytes a stream brings. */
    public static final long UNKNOWN = -1;

    private final SpoolRoom room;
    private final SpoolListener listener;

    /** Spools to {@code room}. */
    public Spooler(SpoolRoom room, SpoolListener listener) {
        this.room = room;
        this.listener = listener;
    }

    /**
     * Spools a dump. A flattened one ends with its end record, anything else with the stream. Of a flattened kdump file whose stream ends early
     * there is what came; the file says that it was cut.
     *
     * @param name what it is called in messages
     * @param stream read from where it is; left open
     * @param size bytes it has, {@link #UNKNOWN} where nobody knows
     * @return the bytes of the dump in their places; the spool file is gone when this is closed
     * @throws NotAVmcoreException when the stream begins like no dump
     * @throws org.vmcorestream.vmcore.VmcoreException when a flattened stream is damaged or ends early
     * @throws SpoolException when there is no room
     */
    public DumpFile spool(Path name, ReadableByteChannel stream, long size) throws IOException {
        StreamBytes bytes = new StreamBytes(name, stream, size, listener);
        int start = bytes.available(DumpFormat.BYTES);
        DumpFormat format = DumpFormat.of(bytes.peek(start));
        if (format == DumpFormat.OTHER) {
            throw new NotAVmcoreException(name + ": "
                    + (start == 0 ? "brings no bytes" : "begins like no dump")
                    + ", expected ELF, kdump (\"KDUMP   \") or a flattened one of them (\"makedumpfile\")");
        }
        SpoolFile file = SpoolFile.create(name, room);
        try {
            if (size != UNKNOWN) {
                file.require(size);
            }
            boolean whole = true;
            FlattenedRecords records = new FlattenedRecords(name, bytes);
            if (format == DumpFormat.FLATTENED) {
                whole = records.copyTo(file);
            } else {
                copy(bytes, file);
            }
            bytes.end();
            DumpFile read = file.read(!whole);
            if (!whole && DumpFormat.of(read) != DumpFormat.KDUMP) {
                throw records.cut();
            }
            return read;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static void copy(StreamBytes bytes, SpoolFile file) throws IOException {
        for (int some = bytes.some(Integer.MAX_VALUE); some > 0; some = bytes.some(Integer.MAX_VALUE)) {
            long position = bytes.position();
            file.append(bytes.take(some), position);
        }
    }
}
