// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.vmcorestream.schemas.Topics;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How Kafka is talked to and what the topics are called: options named as in every Kafka tool. */
abstract class KafkaOptions {
    /** What is optional with every command. */
    static final class Client {
        @Option(
                names = "--command-config",
                paramLabel = "FILE",
                description = "Properties file with more settings of Kafka clients, for example for TLS and SASL.")
        private Path commandConfig;

        @Option(
                names = "--topic-prefix",
                paramLabel = "PREFIX",
                defaultValue = Topics.DEFAULT_PREFIX,
                description = "What the names of all topics begin with (default: ${DEFAULT-VALUE}).")
        private String topicPrefix;
    }

    /** Settings for Kafka clients. */
    final Map<String, Object> client() {
        Map<String, Object> settings = new HashMap<>();
        Path commandConfig = more().commandConfig;
        if (commandConfig != null) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(commandConfig, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        commandConfig + ": cannot be read as a properties file: " + Failures.reason(e),
                        e);
            }
            properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        }
        settings.put("bootstrap.servers", bootstrapServer());
        return settings;
    }

    /** Names of the topics. */
    final Topics topics() {
        String topicPrefix = more().topicPrefix;
        if (!topicPrefix.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--topic-prefix '" + topicPrefix + "', expected at most 100 letters, digits, dots, _ and -");
        }
        return new Topics(topicPrefix);
    }

    /** Whether the user said where Kafka is. */
    final boolean given() {
        return bootstrapServer() != null;
    }

    /** Brokers to connect to first; null where the user named none. */
    abstract String bootstrapServer();

    /** The other options. */
    abstract Client more();

    /** Of a command that does nothing without a cluster. */
    static final class Required extends KafkaOptions {
        @Option(
                names = "--bootstrap-server",
                required = true,
                paramLabel = "HOST:PORT",
                description = "Brokers to connect to first, separated by commas.")
        private String bootstrapServer;

        @Mixin
        private Client more;

        @Override
        String bootstrapServer() {
            return bootstrapServer;
        }

        @Override
        Client more() {
            return more;
        }
    }

    /** Of a command that can do some of its work without a cluster. */
    static final class IfNeeded extends KafkaOptions {
        @Option(
                names = "--bootstrap-server",
                paramLabel = "HOST:PORT",
                description = "Brokers to connect to first, separated by commas; needed for what only a cluster knows.")
        private String bootstrapServer;

        @Mixin
        private Client more;

        @Override
        String bootstrapServer() {
            return bootstrapServer;
        }

        @Override
        Client more() {
            return more;
        }
    }
}
