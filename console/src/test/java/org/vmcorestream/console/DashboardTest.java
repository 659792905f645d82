// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ExclusionStats;

/** The dashboard and the alert rules ask for nothing that the console does not have. */
class DashboardTest {
    private static final Path FOLDER = Path.of("..", "grafana");
    private static final Pattern METRIC = Pattern.compile("\\bvmcore_stream_[a-z_]+");
    private static final Pattern LABEL = Pattern.compile("[{,]\\s*([a-z_]+)\\s*(?:=~|!=|!~|=)|\\bby \\(([a-z_, ]*)\\)");
    private static final Set<String> LABELS = Set.of(
            "reason",
            "rule_set",
            "kernel_series",
            "tenant",
            "state",
            "stage",
            "kind",
            "complete",
            "topic",
            "anomaly",
            "le");

    /** Names of all metrics that the console gives to Prometheus, once it has something to say of everything. */
    private static Set<String> metrics() {
        ConsoleBoard board =
                new ConsoleBoard(AlarmThresholds.USUAL, new MetricLabels(16, 32), alarm -> {}, Clock.systemUTC());
        ExclusionStats stats = Sample.stats(Sample.dump(1, Sample.RELEASE, 0, 50_000), 0, 1);
        stats.setDecidedAt(System.currentTimeMillis());
        board.live();
        board.accept(Source.STATS, Sample.key(stats), Sample.bytes(stats), 0);
        board.accept(Source.DUMPS, Sample.id(1), Sample.bytes(Sample.life(Sample.id(1), DumpState.OPENED)), 0);
        board.accept(Source.FILES, "damaged", Sample.text("damaged"), 0);
        board.lag("processor", Optional.of(1L));
        board.members("processor", Optional.of(1));
        board.tick();
        Set<String> names = new TreeSet<>();
        for (String line : Exposition.text(board).split("\n")) {
            if (!line.startsWith("#")) {
                names.add(line.split("[{ ]", 2)[0]);
            }
        }
        return names;
    }

    private static List<String> dashboardQueries() throws IOException {
        List<String> queries = new ArrayList<>();
        collect(new YAMLMapper().readValue(FOLDER.resolve("vmcore-stream.json").toFile(), Map.class), queries);
        return queries;
    }

    private static List<String> alertQueries() throws IOException {
        List<String> queries = new ArrayList<>();
        collect(new YAMLMapper().readValue(FOLDER.resolve("alerts.yaml").toFile(), Map.class), queries);
        return queries;
    }

    private static void collect(Object node, List<String> queries) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (value instanceof String text && (key.equals("expr") || key.equals("definition"))) {
                    queries.add(text);
                } else {
                    collect(value, queries);
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> collect(item, queries));
        }
    }

    private static Set<String> named(List<String> queries) {
        Set<String> names = new TreeSet<>();
        for (String query : queries) {
            Matcher matcher = METRIC.matcher(query);
            assertThat(matcher.find()).as("a metric in %s", query).isTrue();
            do {
                names.add(matcher.group());
            } while (matcher.find());
        }
        return names;
    }

    @Test
    void shouldAskOnlyForMetricsThatThereAre() throws Exception {
        assertThat(dashboardQueries()).hasSizeGreaterThan(15);
        assertThat(alertQueries()).hasSizeGreaterThan(10);
        assertThat(metrics()).containsAll(named(dashboardQueries())).containsAll(named(alertQueries()));
    }

    @Test
    void shouldAskOnlyForLabelsThatThereAre() throws Exception {
        List<String> queries = new ArrayList<>(dashboardQueries());
        queries.addAll(alertQueries());
        Set<String> labels = new TreeSet<>();
        for (String query : queries) {
            Matcher matcher = LABEL.matcher(query);
            while (matcher.find()) {
                String found = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
                for (String label : found.split(",")) {
                    labels.add(label.strip());
                }
            }
        }

        assertThat(labels).contains("reason", "kernel_series").isSubsetOf(LABELS);
    }

    @Test
    void shouldShowEveryMetric() throws Exception {
        Set<String> shown = named(dashboardQueries());
        Set<String> missing = metrics();
        missing.removeAll(shown);
        missing.removeIf(name -> name.matches(".*_share_(count|sum)"));

        assertThat(missing).isEmpty();
    }

    @Test
    void shouldExplainEveryMetricAndEveryKindOfAlarm() throws Exception {
        String docs = Files.readString(Path.of("..", "docs", "monitoring.md"));
        Set<String> unexplained = metrics();
        unexplained.removeIf(
                name -> docs.contains("`" + name.replaceAll("_share_(bucket|count|sum)$", "_share") + "`"));

        assertThat(unexplained).isEmpty();
        for (org.vmcorestream.schemas.records.AlarmKind kind : org.vmcorestream.schemas.records.AlarmKind.values()) {
            if (kind != org.vmcorestream.schemas.records.AlarmKind.UNKNOWN) {
                assertThat(docs).contains("`" + kind + "`");
            }
        }
    }
}
