// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmcorestream.vmcore.file.DumpFile;

/** Where the bytes of one file of a dump come from, and how they come into an order in which they can be read by position. */
@FunctionalInterface
public interface DumpSource {
    /**
     * Opens it.
     *
     * @param spooler for what cannot be read by position: a stream, or the flattened format
     * @throws IOException when it cannot be read, or there is no room to spool it
     */
    DumpFile open(Spooler spooler) throws IOException;

    /** A file on a disk; a flattened one is spooled. */
    static DumpSource file(Path path) {
        return spooler -> arranged(DumpFile.open(path, DumpFile.ReadObserver.NONE), spooler);
    }

    /**
     * A stream, which is spooled.
     *
     * @param name what it is called in messages
     */
    static DumpSource stream(Path name, InputStream stream) {
        return spooler -> {
            try (ReadableByteChannel channel = Channels.newChannel(stream)) {
                return spooler.spool(name, channel, Spooler.UNKNOWN);
            }
        };
    }

    /** A file as it is, or spooled when it is flattened, and closed then; it is closed too when that fails. */
    static DumpFile arranged(DumpFile file, Spooler spooler) throws IOException {
        try {
            if (DumpFormat.of(file) != DumpFormat.FLATTENED) {
                return file;
            }
            DumpFile spooled = spooler.spool(file.path(), file.channel(), file.size());
            file.close();
            return spooled;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Opens all files of a dump, or none. */
    static List<DumpFile> openAll(List<DumpSource> sources, Spooler spooler) throws IOException {
        List<DumpFile> files = new ArrayList<>();
        try {
            for (DumpSource source : sources) {
                files.add(source.open(spooler));
            }
            return files;
        } catch (IOException | RuntimeException | Error e) {
            for (DumpFile file : files) {
                file.close();
            }
            throw e;
        }
    }
}
