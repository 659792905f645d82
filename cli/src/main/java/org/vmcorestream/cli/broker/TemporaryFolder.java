// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder that is gone, with all in it, when it is closed. */
public final class TemporaryFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);

    /** A file that comes while others are removed is met by the next attempt. */
    private static final int ATTEMPTS = 8;

    private final Path path;

    private TemporaryFolder(Path path) {
        this.path = path;
    }

    /** Makes a folder under {@code parent} whose name begins with {@code prefix}; only its owner can enter it. */
    public static TemporaryFolder create(Path parent, String prefix) throws IOException {
        return new TemporaryFolder(Files.createTempDirectory(parent, prefix));
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Removes it. Files that cannot be removed are left; nobody can do anything about them. Can be called again. */
    @Override
    public void close() {
        remove();
    }

    /** Removes it while somebody may still put files into it, and returns whether nothing is left. Can be called again. */
    boolean remove() {
        IOException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Files.walkFileTree(path, new Deleter());
                return true;
            } catch (DirectoryNotEmptyException e) {
                failure = e;
            } catch (IOException e) {
                failure = e;
                break;
            }
        }
        LOG.info("{}: not all of it could be removed", path, failure);
        return false;
    }

    private static final class Deleter extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        /** Kafka removes files while it stops, so one that is gone is no error. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
