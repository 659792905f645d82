// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** What a process that was killed left of kdump files that it was writing. */
public final class AbandonedFiles {
    private AbandonedFiles() {}

    /**
     * Removes a {@code NAME.partial} of {@link KdumpFileWriter} that nobody writes to. Not for a file that this process itself
     * may be writing: looking at it would end its lock.
     *
     * @return whether it was removed; not when somebody writes to it, or when it is no file or not there
     * @throws IOException when it cannot be looked at or removed
     */
    public static boolean remove(Path partial) throws IOException {
        if (!Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Object before = fileKey(partial);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            // A writer that was faster has renamed it meanwhile: then another file, or none, has this name.
            return channel.tryLock() != null && before.equals(fileKey(partial)) && Files.deleteIfExists(partial);
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            return false;
        }
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
