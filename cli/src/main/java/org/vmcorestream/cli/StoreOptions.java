// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.vmcorestream.storage.S3Settings;
import org.vmcorestream.storage.S3Store;
import picocli.CommandLine.Option;

/** How a store for s3: URIs is spoken to. */
final class StoreOptions {
    @Option(
            names = "--store-config",
            paramLabel = "FILE",
            description = "Properties file for s3: URIs: endpoint, region, encryption and more (docs/storage.md).")
    private Path config;

    /** Gets ready to speak to the store; does not do so yet. */
    S3Store open() {
        try {
            return S3Store.open(settings());
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, Failures.oneLine(e.getMessage()), e);
        }
    }

    private S3Settings settings() {
        Properties properties = new Properties();
        if (config != null) {
            try (Reader reader = Files.newBufferedReader(config, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailure(
                        ExitCode.USAGE, config + ": cannot be read as a properties file: " + Failures.reason(e), e);
            }
        }
        try {
            return S3Settings.of(properties);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, config + ": " + e.getMessage(), e);
        }
    }
}
