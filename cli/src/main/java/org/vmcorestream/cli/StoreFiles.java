// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.sink.FileStore;
import org.vmcorestream.storage.S3Location;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/**
 * Files of a sink as objects of a store. Their names are relative ones, and stand behind what all keys of the sink begin with. Pages go
 * there straight from memory; headers and bitmaps, which go there last, grow in files without names.
 */
final class StoreFiles implements FileStore {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFiles.class);

    private final S3Store store;
    private final S3Location below;
    private final Path spool;

    /**
     * @param below what all keys begin with
     * @param spool folder for headers and bitmaps of files that are being made
     */
    StoreFiles(S3Store store, S3Location below, Path spool) {
        this.store = store;
        this.below = below;
        this.spool = spool;
    }

    private S3Location object(Path file) {
        StringBuilder name = new StringBuilder();
        file.forEach(part -> name.append(name.isEmpty() ? "" : "/").append(part));
        return below.resolve(name.toString());
    }

    @Override
    public void prepare(Path file) {
        // a store has no folders
    }

    @Override
    public KdumpDraft create(Path file, KdumpHeader header, List<PfnRun> present) throws IOException {
        S3Location object = object(file);
        return KdumpDraft.held(file, header, present, spool, most -> store.begin(object, most));
    }

    @Override
    public boolean onDisk() {
        return false;
    }

    @Override
    public String location(Path file) {
        return object(file).toString();
    }

    @Override
    public boolean exists(Path file) {
        try {
            return store.size(object(file)).isPresent();
        } catch (IOException e) {
            LOG.warn("{}", e.getMessage());
            return true;
        }
    }

    @Override
    public boolean holds(String location, long size) {
        if (!S3Location.isS3(location)) {
            return FileStore.LOCAL.holds(location, size);
        }
        try {
            OptionalLong found = store.size(S3Location.of(location));
            return found.isPresent() && found.getAsLong() == size;
        } catch (IllegalArgumentException e) {
            LOG.debug("{}", e.getMessage());
            return false;
        } catch (IOException e) {
            LOG.warn("{}", e.getMessage());
            return true;
        }
    }

    @Override
    public void writeLog(Path log, ByteBuffer text, String ruleSet) throws IOException {
        byte[] bytes = new byte[text.remaining()];
        text.duplicate().get(bytes);
        store.put(object(log), bytes);
    }
}
