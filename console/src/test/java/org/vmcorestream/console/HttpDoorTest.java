// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.ExclusionStats;

class HttpDoorTest {
    private final ConsoleBoard board =
            new ConsoleBoard(AlarmThresholds.USUAL, new MetricLabels(16, 32), alarm -> {}, Clock.systemUTC());
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final HttpDoor door = HttpDoor.open(board, () -> Optional.ofNullable(failure.get()), "127.0.0.1", 0);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        door.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldAnswerForMetricsOnlyWhenThePastWasRead() throws Exception {
        assertThat(get("/metrics").statusCode()).isEqualTo(503);
        assertThat(get("/healthz").statusCode()).isEqualTo(503);
        assertThat(get("/").statusCode()).isEqualTo(200);
        assertThat(get("/").body()).contains("still reading what happened before");

        board.live();

        HttpResponse<String> metrics = get("/metrics");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("Content-Type"))
                .get()
                .asString()
                .startsWith("text/plain; version=0.0.4");
        assertThat(metrics.body()).contains("vmcore_stream_alarms_total{kind=\"no-free-pages\"} 0.0");
        assertThat(get("/healthz").body()).isEqualTo("ok\n");
    }

    @Test
    void shouldSayWhyItStopped() throws Exception {
        board.live();
        failure.set(new IllegalStateException("topic vmcore.alarms takes no alarms:\nno rights"));

        HttpResponse<String> health = get("/healthz");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).isEqualTo("stopped: topic vmcore.alarms takes no alarms: no rights\n");
    }

    @Test
    void shouldShowHostileNamesAsText() throws Exception {
        String hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(1)>";
        ExclusionStats stats = Sample.stats(Sample.dump(1, hostile, 0, 50_000), 0, 1);
        stats.setTenant(hostile);
        stats.setHost(hostile);
        board.live();
        board.accept(Source.STATS, Sample.key(stats), Sample.bytes(stats), Sample.NOW);
        Dump dump = Sample.life(Sample.id(2), DumpState.CAPTURING);
        dump.getManifest().setTenant(hostile);
        dump.getManifest().setHost(hostile);
        dump.getManifest().setKernelRelease(hostile);
        board.accept(Source.DUMPS, Sample.id(2), Sample.bytes(dump), System.currentTimeMillis());

        String page = get("/").body();

        assertThat(page)
                .contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&gt;&lt;img")
                .contains("no-free-pages")
                .contains(Sample.id(2))
                .doesNotContain("<script")
                .doesNotContain("<img");
        assertThat(get("/metrics").body()).contains("tenant=\"<script>alert('1')</script>\\\"><img");
    }

    @Test
    void shouldLetABrowserDoNothingButShowThePage() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .startsWith("default-src 'none'; style-src 'sha256-")
                .contains("frame-ancestors 'none'");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.body())
                .doesNotContain("http://")
                .doesNotContain("https://")
                .doesNotContain("style=");
    }

    @Test
    void shouldKnowNoOtherPaths() throws Exception {
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + "/metrics"))
                                        .POST(HttpRequest.BodyPublishers.noBody())
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void shouldSayInOneLineThatAPortIsTaken() {
        assertThatThrownBy(() -> HttpDoor.open(board, Optional::empty, "127.0.0.1", door.port()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + door.port() + ": Address already in use");
    }
}
