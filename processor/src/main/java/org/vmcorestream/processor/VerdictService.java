// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Topics;

/** The door to the processor: one instance of the Kafka Streams application that turns descriptors into verdicts. */
public final class VerdictService implements AutoCloseable {
    /**
     * How the processor works.
     *
     * @param client Kafka client settings, {@code bootstrap.servers} at least; Streams settings may be among them
     * @param topics names of the topics
     * @param applicationId Streams application id, which is also the consumer group
     * @param ruleSets applied to dumps that ask for none
     * @param stateDir where Streams keeps its own files
     * @param threads stream threads
     */
    public record Settings(
            Map<String, Object> client,
            Topics topics,
            String applicationId,
            List<RuleSet> ruleSets,
            java.nio.file.Path stateDir,
            int threads) {}

    public VerdictService(Settings settings) {
        throw new UnsupportedOperationException();
    }

    /** Starts and returns when the application runs, or throws when it cannot. */
    public void start(Duration timeout) {
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
