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
import picocli.CommandLine.Option;

/** Where Kafka is and what the topics are called: options named as in every Kafka tool. */
final class KafkaOptions {
    @Option(
            names = "--bootstrap-server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Brokers to connect to first, separated by commas.")
    private String bootstrapServer;

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

    /** Settings for Kafka clients. */
    Map<String, Object> client() {
        Map<String, Object> settings = new HashMap<>();
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
        settings.put("bootstrap.servers", bootstrapServer);
        return settings;
    }

    /** Names of the topics. */
    Topics topics() {
        if (!topicPrefix.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--topic-prefix '" + topicPrefix + "', expected at most 100 letters, digits, dots, _ and -");
        }
        return new Topics(topicPrefix);
    }

    /** Where Kafka is, for messages. */
    String bootstrapServer() {
        return bootstrapServer;
    }
}
