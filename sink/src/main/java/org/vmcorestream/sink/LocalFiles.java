// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** Files on disks of this machine. */
final class LocalFiles implements FileStore {
    private static final Logger LOG = LoggerFactory.getLogger(LocalFiles.class);

    @Override
    public void prepare(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
    }

    @Override
    public KdumpDraft create(Path file, KdumpHeader header, List<PfnRun> present) throws IOException {
        return KdumpDraft.create(file, header, present);
    }

    @Override
    public boolean onDisk() {
        return true;
    }

    @Override
    public String location(Path file) {
        return file.toUri().toString();
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public boolean holds(String location, long size) {
        try {
            URI uri = URI.create(location);
            if (!"file".equals(uri.getScheme())) {
                return false;
            }
            Path path = Path.of(uri);
            return Files.isRegularFile(path) && Files.size(path) == size;
        } catch (IllegalArgumentException | FileSystemNotFoundException | IOException e) {
            LOG.debug("{}: {}", Problems.line(location), e.getMessage());
            return false;
        }
    }

    @Override
    public void writeLog(Path log, ByteBuffer text, String ruleSet) throws IOException {
        KernelLogFile.write(log, text, ruleSet);
    }
}
