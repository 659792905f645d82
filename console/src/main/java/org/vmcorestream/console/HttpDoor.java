// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinLogger;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a console answers over HTTP; all of it read-only, and without anything that names a page frame. */
final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);
    private static final int UNAVAILABLE = 503;
    private static final int FAILED = 500;
    private static final String TEXT = "text/plain; charset=utf-8";

    private final ExpositionFormats formats = ExpositionFormats.init();
    private final ConsoleBoard board;
    private final Supplier<Optional<Throwable>> failure;
    private final Javalin server;

    private HttpDoor(ConsoleBoard board, Supplier<Optional<Throwable>> failure, String host, int port) {
        this.board = board;
        this.failure = failure;
        JavalinLogger.startupInfo = false;
        server = Javalin.create(config -> configure(config, host, port));
    }

    /**
     * Opens the door.
     *
     * @param failure why the console stopped; empty while it works
     * @param host address to listen on
     * @param port port to listen on, 0 for any that is free
     * @throws IllegalStateException in one line, when that is not possible
     */
    static HttpDoor open(ConsoleBoard board, Supplier<Optional<Throwable>> failure, String host, int port) {
        HttpDoor door = new HttpDoor(board, failure, host, port);
        try {
            // What goes wrong here is said by the exception, and not once more in the log.
            JavalinLogger.enabled = false;
            door.server.start();
            return door;
        } catch (RuntimeException e) {
            door.close();
            throw new IllegalStateException(
                    "cannot listen on " + host + ":" + port + ": " + PlainText.line(PlainText.root(e)), e);
        } finally {
            JavalinLogger.enabled = true;
        }
    }

    private void configure(JavalinConfig config, String host, int port) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.host = host;
        config.jetty.port = port;
        config.routes.before(HttpDoor::harden);
        config.routes.get("/", this::page);
        config.routes.get("/metrics", this::metrics);
        config.routes.get("/healthz", this::health);
        config.routes.exception(Exception.class, HttpDoor::failed);
    }

    private static void harden(Context context) {
        context.header("Content-Security-Policy", StatusPage.POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cache-Control", "no-store");
    }

    private static void failed(Exception e, Context context) {
        LOG.error("request for {} failed", PlainText.line(context.path(), PlainText.MAX_MESSAGE), e);
        context.status(FAILED).contentType(TEXT).result("the console could not answer; its log says why\n");
    }

    private void page(Context context) {
        context.html(StatusPage.of(board.view(StatusPage.ROWS)));
    }

    /** Nothing until the past was read: counters that grow while it is would look like a storm of dumps. */
    private void metrics(Context context) throws IOException {
        if (!board.isLive()) {
            context.status(UNAVAILABLE).contentType(TEXT).result("still reading what happened before\n");
            return;
        }
        ExpositionFormatWriter writer = formats.findWriter(context.header("Accept"));
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 << 10);
        writer.write(out, board.metrics().registry().scrape());
        context.contentType(writer.getContentType()).result(out.toByteArray());
    }

    private void health(Context context) {
        Optional<Throwable> problem = failure.get();
        if (problem.isPresent()) {
            context.status(UNAVAILABLE).contentType(TEXT).result("stopped: " + PlainText.line(problem.get()) + "\n");
        } else if (!board.isLive()) {
            context.status(UNAVAILABLE).contentType(TEXT).result("still reading what happened before\n");
        } else {
            context.contentType(TEXT).result("ok\n");
        }
    }

    /** Port that it listens on. */
    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
