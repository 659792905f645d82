// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.codec.PageCodec;

/** The door to the sink: one instance of the service that makes files of dumps. */
public final class SinkService implements AutoCloseable {
    /** Where the file of an assembly goes. */
    @FunctionalInterface
    public interface Placement {
        /** Final name of the file of a dump's manifest under a rule set; {@code primary} for the first rule set asked for. */
        Path fileOf(org.vmcorestream.schemas.records.Manifest manifest, String ruleSet, boolean primary);
    }

    /** Told what happens to files. Called from the sink's threads; must return at once. */
    public interface Listener {
        /** {@code done} of {@code total} kept pages of an assembly are in its file. */
        default void copying(String dumpId, String ruleSet, long done, long total) {}

        /** A file got its final name; what is said of it is also on topic dump-files. */
        default void finished(DumpFile file) {}

        /** An assembly could not be done: why, in one line. */
        default void failed(String dumpId, String ruleSet, String problem) {}
    }

    /**
     * How the sink works.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least
     * @param topics names of the topics
     * @param groupId consumer group of the sinks that share the work
     * @param name which sink this is, for dump-files
     * @param placement where files go
     * @param codec codec of the files; empty for that of the capture, zstd where that only travels
     * @param ruleSets made into files for dumps that ask for none
     * @param assemblies files made at once, at least 1
     * @param stallTimeout after this long without anything new a dump is finished with what there is
     */
    public record Settings(
            Map<String, Object> client,
            Topics topics,
            String groupId,
            String name,
            Placement placement,
            Optional<PageCodec> codec,
            List<String> ruleSets,
            int assemblies,
            Duration stallTimeout) {}

    public SinkService(Settings settings, Listener listener) {
        throw new UnsupportedOperationException();
    }

    /** Starts the service's threads. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Why it stopped by itself; empty while all is well. */
    public Optional<Throwable> failure() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
