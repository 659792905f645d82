// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A store that speaks S3, as a process of its own: S3Proxy, which keeps objects in a folder, and checks signatures and checksums. All tests of a
 * JVM share one, which ends with the JVM or when its standard input does. System property {@code s3.port} names another server instead, which
 * runs on that port of this machine and is empty.
 */
public final class S3Server {
    private static final String ACCESS_KEY = "test-access";
    private static final String SECRET_KEY = "test-secret";
    private static final String READY = "port ";
    private static final long MAX_BODY = 128 << 20;

    private static S3Server shared;

    private final int port;
    private final Path folder;

    private S3Server(int port, Path folder) {
        this.port = port;
        this.folder = folder;
    }

    /** The server, started when it is first asked for; the SDK finds credentials for it. */
    public static synchronized S3Server shared() {
        if (shared == null) {
            try {
                Integer other = Integer.getInteger("s3.port");
                shared = other == null ? start() : new S3Server(other, null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            System.setProperty("aws.accessKeyId", ACCESS_KEY);
            System.setProperty("aws.secretAccessKey", SECRET_KEY);
        }
        return shared;
    }

    private static S3Server start() throws IOException {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3-server-");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3Server.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.to(
                        folder.resolveSibling(folder.getFileName() + ".log").toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            process.destroy();
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(READY)) {
                return new S3Server(Integer.parseInt(line.substring(READY.length())), folder);
            }
        }
        throw new IOException("the S3 server did not start, see " + folder + ".log");
    }

    /** The server's process: prints its port, and ends when nobody holds its standard input any more. */
    public static void main(String[] args) throws Exception {
        FilesystemNio2BlobStore blobs = new FilesystemNio2BlobStore(args[0]);
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                .v4MaxNonChunkedRequestSize(MAX_BODY)
                .build();
        proxy.setBlobStoreLocator(
                (identity, container, blob) -> identity.equals(ACCESS_KEY) ? new AccessGrant(SECRET_KEY, blobs) : null);
        proxy.start();
        System.out.println(READY + proxy.getPort());
        System.out.flush();
        // Nobody reads what comes behind that.
        System.setOut(System.err);
        while (System.in.read() >= 0) {
            // waits for the end
        }
        System.exit(0);
    }

    int port() {
        return port;
    }

    /** Where it keeps objects: a folder for each bucket, and files in it by their keys. Only S3Proxy is asked. */
    public Path folder() {
        return folder;
    }

    /** Its address. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Settings for this server, or for what stands before it, and more of them. */
    static S3Settings settings(URI endpoint, String... more) {
        Properties properties = new Properties();
        properties.setProperty("endpoint", endpoint.toString());
        properties.setProperty("part-bytes", String.valueOf(S3Settings.MIN_PART));
        for (int i = 0; i < more.length; i += 2) {
            properties.setProperty(more[i], more[i + 1]);
        }
        return S3Settings.of(properties);
    }
}
