// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps other brokers, of this process or another, away from a data directory. Kafka has a lock of its own, but takes it only
 * when it already works on the metadata log, where a second broker can do harm to the first.
 */
final class DataDirLock implements Closeable {
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the lock of a directory, which is made where it does not exist.
     *
     * @throws BrokerException when somebody else has it, or the directory cannot be written
     */
    static DataDirLock take(Path dataDir) throws BrokerException {
        FileChannel channel = null;
        try {
            Files.createDirectories(dataDir);
            channel = FileChannel.open(
                    dataDir.resolve("broker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DataDirLock(channel, lock);
            }
        } catch (OverlappingFileLockException e) {
            return refuse(dataDir, channel, e);
        } catch (IOException e) {
            throw new BrokerException(dataDir + ": cannot be used as data directory of the broker: " + e, e);
        }
        return refuse(dataDir, channel, null);
    }

    private static DataDirLock refuse(Path dataDir, FileChannel channel, Exception cause) throws BrokerException {
        try {
            channel.close();
        } catch (IOException e) {
            throw new BrokerException(dataDir + ": its lock cannot be closed: " + e, e);
        }
        throw new BrokerException(dataDir + ": another broker uses it, it has the lock", cause);
    }

    /** Gives the lock back. */
    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
