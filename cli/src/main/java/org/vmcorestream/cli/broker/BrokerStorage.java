// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble.VerificationFlag;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The formatted data directory of the embedded broker. A directory that was formatted before keeps its cluster id, and with it
 * its topics.
 *
 * @param logDir where the broker keeps its logs
 * @param properties identity of the node, from {@code meta.properties}
 * @param bootstrap metadata that a new cluster begins with
 */
record BrokerStorage(Path logDir, MetaPropertiesEnsemble properties, BootstrapMetadata bootstrap) {

    /**
     * Opens a data directory, formatting it where needed.
     *
     * @throws BrokerException when it belongs to another node, or cannot be written
     */
    static BrokerStorage open(Path dataDir) throws BrokerException {
        Path logDir = dataDir.resolve("broker");
        try {
            Files.createDirectories(logDir);
            MetaPropertiesEnsemble before = load(logDir);
            if (!before.emptyLogDirs().isEmpty()) {
                format(logDir);
            }
            MetaPropertiesEnsemble properties = load(logDir);
            properties.verify(
                    properties.clusterId(),
                    OptionalInt.of(BrokerSettings.NODE_ID),
                    EnumSet.of(VerificationFlag.REQUIRE_AT_LEAST_ONE_VALID, VerificationFlag.REQUIRE_METADATA_LOG_DIR));
            return new BrokerStorage(logDir, properties, new BootstrapDirectory(logDir.toString()).read());
        } catch (BrokerException e) {
            throw e;
        } catch (Exception e) {
            throw new BrokerException(dataDir + ": cannot be used as data directory of the broker: " + reason(e), e);
        }
    }

    private static MetaPropertiesEnsemble load(Path logDir) throws IOException {
        return new MetaPropertiesEnsemble.Loader()
                .addLogDirs(List.of(logDir.toString()))
                .addMetadataLogDir(logDir.toString())
                .load();
    }

    private static void format(Path logDir) throws Exception {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setControllerListenerName(BrokerSettings.CONTROLLER)
                    .setMetadataLogDirectory(Optional.of(logDir.toString()))
                    .setDirectories(List.of(logDir.toString()))
                    .run();
        }
    }

    private static String reason(Exception e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }
}
