// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.vmcorestream.vmcore.PfnRun;
import org.vmcorestream.vmcore.kdump.KdumpDraft;
import org.vmcorestream.vmcore.kdump.KdumpHeader;

/** What holds the files of a sink, under the names that its placement gives. Can be used by several threads at once. */
public interface FileStore {
    /** The disks of this machine. */
    FileStore LOCAL = new LocalFiles();

    /** Makes what a file needs to be begun: its folder. */
    void prepare(Path file) throws IOException;

    /**
     * Begins a file that is there under its name only when it is whole.
     *
     * @param present page frames with memory
     * @throws IOException when it cannot be written, or somebody else is writing it
     */
    KdumpDraft create(Path file, KdumpHeader header, List<PfnRun> present) throws IOException;

    /** Whether files take room on a disk of this machine, which has to be looked at. */
    boolean onDisk();

    /** URI of a file, for dump-files. */
    String location(Path file);

    /** Whether there is a file under a name; also where nobody can say, so that none is replaced by mistake. */
    boolean exists(Path file);

    /**
     * Whether a file is where a record says, as far as this sink can see.
     *
     * @param location URI
     * @param size bytes that it has to have
     */
    boolean holds(String location, long size);

    /**
     * Writes a kernel log as a whole, replacing an older one.
     *
     * @param ruleSet distinguishes what assemblies of one dump write at the same time
     */
    void writeLog(Path log, ByteBuffer text, String ruleSet) throws IOException;
}
