// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Room on disks for the files of all assemblies. What a file that was begun still needs is promised to it, so that two files do not
 * take the same room for theirs. Can be used by several threads at once.
 */
final class DiskSpace {
    /** Finds the disk of a folder that is there; {@link java.nio.file.Files#getFileStore} but in tests. */
    @FunctionalInterface
    interface Disks {
        FileStore of(Path folder) throws IOException;
    }

    private final Disks disks;
    private final List<Share> shares = new ArrayList<>();

    DiskSpace(Disks disks) {
        this.disks = disks;
    }

    /** What one file needs of a disk. */
    static final class Share {
        private final FileStore disk;
        private final long need;
        private volatile long written;

        private Share(FileStore disk, long need) {
            this.disk = disk;
            this.need = need;
        }

        /** So many bytes of the file were written. */
        void written(long bytes) {
            written = bytes;
        }

        private long left() {
            return Math.max(0, need - written);
        }
    }

    /**
     * What became of a question for room.
     *
     * @param share what the file may take; null when there is not enough
     * @param free bytes that the disk has free
     * @param promised those of them that files need that were begun before
     */
    record Answer(Share share, long free, long promised) {}

    /**
     * Takes room for a file that has so many bytes to be written, if there is enough.
     *
     * @throws IOException when the disk cannot be asked
     */
    synchronized Answer take(Path folder, long need) throws IOException {
        FileStore disk = disks.of(folder);
        long free = disk.getUsableSpace();
        long promised = 0;
        for (Share share : shares) {
            promised += share.disk.equals(disk) ? share.left() : 0;
        }
        if (need > free - promised) {
            return new Answer(null, free, promised);
        }
        Share share = new Share(disk, need);
        shares.add(share);
        return new Answer(share, free, promised);
    }

    /** Gives back what a file does not need any more. */
    synchronized void giveBack(Share share) {
        shares.remove(share);
    }
}
