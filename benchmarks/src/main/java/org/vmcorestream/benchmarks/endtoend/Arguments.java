// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.endtoend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Pairs of {@code --name value}, as the scripts of benchmarks give them; a name can come several times. */
final class Arguments {
    private final Map<String, List<String>> given = new LinkedHashMap<>();

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException when it does not consist of pairs
     */
    Arguments(String... arguments) {
        for (int i = 0; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + ", expected --name value");
            }
            given.computeIfAbsent(arguments[i].substring(2), unused -> new ArrayList<>())
                    .add(arguments[i + 1]);
        }
    }

    String text(String name) {
        List<String> values = given.getOrDefault(name, List.of());
        if (values.size() != 1) {
            throw new IllegalArgumentException("--" + name + " is there " + values.size() + " times, expected once");
        }
        return values.get(0);
    }

    Path path(String name) {
        return Path.of(text(name));
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    Duration seconds(String name) {
        return Duration.ofSeconds(number(name));
    }

    PageCodec codec() {
        return PageCodec.valueOf(text("codec").toUpperCase(Locale.ROOT));
    }

    /** The services that are up: {@code --address HOST:PORT --files DIR --log DIR --service NAME=PID...}. */
    Fleet fleet() {
        List<RunningProcess> services = new ArrayList<>();
        for (String service : given.getOrDefault("service", List.of())) {
            int equals = service.indexOf('=');
            services.add(
                    new RunningProcess(service.substring(0, equals), Long.parseLong(service.substring(equals + 1))));
        }
        return new Fleet(text("address"), path("files"), path("log"), services);
    }
}
