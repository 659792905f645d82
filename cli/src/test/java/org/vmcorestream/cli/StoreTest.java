// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.sink.DirectoryPerDump;
import org.vmcorestream.sink.FileStore;
import org.vmcorestream.storage.S3Location;
import org.vmcorestream.storage.S3Server;
import org.vmcorestream.storage.S3Settings;
import org.vmcorestream.storage.S3Store;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;

/** Dumps that become objects of a store: by a sink, and by {@code export}. */
class StoreTest {
    private static final String BUCKET = "crashes";

    @TempDir
    private static Path folder;

    private static Path config;
    private static S3Store store;
    private static Path objects;

    @BeforeAll
    static void start() throws IOException {
        S3Server server = S3Server.shared();
        config = Files.writeString(folder.resolve("store.properties"), "endpoint=" + server.endpoint() + "\n");
        objects = Files.createDirectories(server.folder().resolve(BUCKET));
        Properties properties = new Properties();
        properties.setProperty("endpoint", server.endpoint().toString());
        store = S3Store.open(S3Settings.of(properties));
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @Test
    void shouldPutTheSameFileIntoAStoreAsOnADisk() throws Exception {
        Path elf = ExpectedDump.demo().vmcore(folder);
        S3Location below = S3Location.of("s3://" + BUCKET + "/prod");
        FileStore files = new StoreFiles(store, below, folder);
        try (Line line = new Line(folder, 2);
                Vmcore vmcore = Vmcore.open(elf)) {
            Line.Sink local = line.sink("local", new DirectoryPerDump(folder.resolve("local")));
            Line.Sink remote = line.sink("remote", new DirectoryPerDump(Path.of(""), files));
            Capture.Result captured =
                    line.capture(vmcore, Line.DEFAULT, List.of(Line.DEFAULT.name()), PageCodec.ZSTD, 1L << 30);
            DumpFile onDisk = local.next();
            DumpFile inStore = remote.next();
            assertThat(inStore.getDumpId()).isEqualTo(captured.dumpId());
            assertThat(inStore.getComplete()).isTrue();
            assertThat(inStore.getDigest()).isEqualTo(onDisk.getDigest());
            assertThat(inStore.getSize()).isEqualTo(onDisk.getSize());
            Path file = FileCheck.path(onDisk);
            String dump = file.getParent().getFileName().toString();
            assertThat(inStore.getLocation()).isEqualTo("s3://crashes/prod/" + dump + "/vmcore");
            assertThat(objects.resolve("prod").resolve(dump).resolve("vmcore")).hasSameBinaryContentAs(file);
            assertThat(objects.resolve("prod").resolve(dump).resolve("vmcore-dmesg.txt"))
                    .hasSameBinaryContentAs(file.resolveSibling("vmcore-dmesg.txt"));
            assertThat(files.holds(inStore.getLocation(), inStore.getSize())).isTrue();
            assertThat(files.holds(inStore.getLocation(), inStore.getSize() + 1))
                    .isFalse();
            assertThat(files.exists(Path.of(dump, "vmcore"))).isTrue();
            assertThat(files.exists(Path.of(dump, "vmcore.level-17"))).isFalse();

            Captured.Result exported = Captured.run(
                    "export", file, "-o", "s3://crashes/exported", "--store-config", config, "--format", "elf");
            assertThat(exported.exitCode()).as(exported.err()).isZero();
            Path there = folder.resolve("exported.elf");
            assertThat(Captured.run("export", file, "-o", there, "--format", "elf")
                            .exitCode())
                    .isZero();
            assertThat(Files.mismatch(objects.resolve("exported"), there)).isEqualTo(-1);
            Path back = folder.resolve("back");
            Captured.Result read = Captured.run(
                    "export", "s3://crashes/prod/" + dump + "/vmcore", "-o", back, "--store-config", config);
            assertThat(read.exitCode()).as(read.err()).isZero();
            assertThat(back).hasSameBinaryContentAs(file);
            Captured.Result inspected =
                    Captured.run("inspect", "s3://crashes/prod/" + dump + "/vmcore", "--store-config", config);
            assertThat(inspected.exitCode()).as(inspected.err()).isZero();
            assertThat(inspected.out().lines().skip(1).toList())
                    .isEqualTo(
                            Captured.run("inspect", file).out().lines().skip(1).toList());
            Captured.Result flattened =
                    Captured.run("export", file, "-F", "-o", "s3://crashes/flat", "--store-config", config);
            assertThat(flattened.exitCode()).as(flattened.err()).isZero();
            Captured.Result spooled = Captured.run(
                    "export", "s3://crashes/flat", "-f", "-o", back, "--store-config", config, "--spool-dir", folder);
            assertThat(spooled.exitCode()).as(spooled.err()).isZero();
            assertThat(back).hasSameBinaryContentAs(file);
            Captured.Result itself = Captured.run(
                    "export", "s3://crashes/exported", "-f", "-o", "s3://crashes/exported", "--store-config", config);
            assertThat(itself.exitCode()).isEqualTo(ExitCode.USAGE.number());
            assertThat(itself.err()).contains("s3://crashes/exported: is the vmcore to read");
            Captured.Result none = Captured.run("inspect", "s3://crashes/none", "--store-config", config);
            assertThat(none.exitCode()).isEqualTo(ExitCode.BAD_VMCORE.number());
            assertThat(none.err()).contains("s3://crashes/none: does not exist, expected a vmcore");
            Captured.Result again =
                    Captured.run("export", file, "-o", "s3://crashes/exported", "--store-config", config);
            assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE.number());
            assertThat(again.err()).contains("s3://crashes/exported: exists; --force replaces it");
        }
    }

    @Test
    void shouldRefuseWhatIsNoPlaceInAStore() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.properties"), "regoin=eu\n");
        Path file = Files.writeString(folder.resolve("no-dump"), "x");
        assertUsage(
                wrong + ": no setting 'regoin', expected one of",
                "export",
                file,
                "-o",
                "s3://crashes/x",
                "--store-config",
                wrong);
        assertUsage("s3://crashes/: names no object", "export", file, "-o", "s3://crashes/", "--store-config", config);
        assertUsage(
                "'s3://x' has bucket 'x', expected 3 to 255", "export", file, "-o", "s3://x", "--store-config", config);
        assertUsage(
                "--to 'http://x', expected file:///DIR or s3://BUCKET/PREFIX",
                "sink",
                "--bootstrap-server",
                "127.0.0.1:1",
                "--to",
                "http://x");
        Captured.Result nowhere =
                Captured.run("export", file, "-o", "s3://no-such-bucket/x", "--force", "--store-config", config);
        assertThat(nowhere.exitCode()).isEqualTo(ExitCode.BAD_VMCORE.number());
    }

    private static void assertUsage(String complaint, Object... words) {
        Captured.Result result = Captured.run(words);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.USAGE.number());
        assertThat(result.err()).contains(complaint);
    }

    @Test
    void shouldNotBelieveThatNothingIsThereWhereTheStoreCannotBeAsked() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("endpoint", "http://127.0.0.1:9");
        properties.setProperty("attempts", "1");
        try (S3Store deaf = S3Store.open(S3Settings.of(properties))) {
            FileStore files = new StoreFiles(deaf, S3Location.of("s3://crashes/prod"), folder);
            assertThat(files.exists(Path.of("vmcore"))).isTrue();
            assertThat(files.holds("s3://crashes/prod/vmcore", 7)).isTrue();
        }
        FileStore files = new StoreFiles(store, S3Location.of("s3://crashes/prod"), folder);
        assertThat(files.holds(folder.resolve("gone").toUri().toString(), 7)).isFalse();
        assertThat(files.holds(config.toUri().toString(), Files.size(config))).isTrue();
    }
}
