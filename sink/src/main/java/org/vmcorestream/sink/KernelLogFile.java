// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.vmcorestream.vmcore.kdump.DiskFullException;
import org.vmcorestream.vmcore.kdump.OwnerOnly;

/**
 * The kernel log beside the file of a dump, as vmcore-dmesg would have written it: {@code vmcore-dmesg.txt} beside {@code
 * vmcore} and {@code vmcore.RULESET}, {@code NAME-dmesg.txt} beside {@code NAME.kdump} and {@code NAME}.
 */
public final class KernelLogFile {
    private static final String KDUMP = ".kdump";

    private KernelLogFile() {}

    /** Where the log of a file goes. */
    public static Path beside(Path file) {
        String name = file.getFileName().toString();
        if (name.startsWith("vmcore.")) {
            name = "vmcore";
        } else if (name.endsWith(KDUMP) && name.length() > KDUMP.length()) {
            name = name.substring(0, name.length() - KDUMP.length());
        }
        return file.resolveSibling(name + "-dmesg.txt");
    }

    /**
     * Writes the log; it gets its name only when it is whole and on disk.
     *
     * @param ruleSet distinguishes what assemblies of one dump write at the same time
     */
    static void write(Path log, ByteBuffer text, String ruleSet) throws IOException {
        Path partial = log.resolveSibling(log.getFileName() + "." + ruleSet + ".partial");
        try {
            try (FileChannel channel = FileChannel.open(
                    partial,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                    OwnerOnly.access(partial))) {
                ByteBuffer rest = text.duplicate();
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(partial, log, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw DiskFullException.isReason(e) ? new DiskFullException(log + ": " + e.getMessage(), e) : e;
        } finally {
            Files.deleteIfExists(partial);
        }
        try (FileChannel directory = FileChannel.open(log.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
