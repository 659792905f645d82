// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** The command line as a user sees it: exit codes, one line for a mistake, no stack trace. */
class MainTest {
    private static final String VMCORE = String.join(
            "\n",
            "kernel 6.16",
            "memory 0-32M",
            "nodename \"guest\"",
            "pages 4096..8192 buddy order=10",
            "pages 3072..3584 anon lru swapbacked mapped",
            "fill 2048..2560 zero",
            "panic \"sysrq triggered crash\"");

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;
    private static Path vmcore;

    @TempDir
    private Path scratch;

    @BeforeAll
    static void start() throws Exception {
        vmcore = SyntheticVmcore.write(folder.resolve("guest.elf"), VMCORE).file();
        broker = EmbeddedBroker.startTemporary(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | no command given",
                "frobnicate | frobnicate",
                "run | VMCORE",
                "run x.elf | --output",
                "run x.elf -o y --frobnicate | --frobnicate",
                "run x.elf -o y -d 32 | dump level '32', expected 0 to 31",
                "run x.elf -o y -d -1 | -1",
                "run x.elf -o y -d 1 --rule-set level-3 | mutually exclusive",
                "run x.elf -o y --rule-set level-32 | no rule set 'level-32'",
                "run x.elf -o y -e --rule-set capture | -e goes with a dump level, not with rule set capture",
                "produce x.elf --bootstrap-server h:1 -e --rule-set capture | -e goes with a dump level",
                "run x.elf -o y --codec lz4 | no codec 'lz4' for files, expected one of zlib, lzo, snappy, zstd",
                "produce x.elf | --bootstrap-server",
                "produce x.elf --bootstrap-server h:1 --codec bzip2 | bzip2",
                "produce x.elf --bootstrap-server h:1 --threads 0 | --threads 0, expected 1 to 128",
                "produce x.elf --bootstrap-server h:1 --stripe-size 0 | --stripe-size 0, expected 1 to 1048576 GiB",
                "produce x.elf --bootstrap-server h:1 --topic-prefix a/b | --topic-prefix 'a/b'",
                "produce x.elf --bootstrap-server h:1 --command-config /nowhere | /nowhere: cannot be read",
                "topics | no command given",
                "topics create --bootstrap-server h:1 --partitions 0 | 0 partitions, expected 1 or more",
                "topics create --bootstrap-server h:1 --replication-factor 0 | replication factor 0",
                "topics create --bootstrap-server h:1 --data-retention-days 0 | --data-retention-days 0",
                "sink --bootstrap-server h:1 --dir d --stall-timeout 0 | --stall-timeout 0",
                "sink --bootstrap-server h:1 --dir d --assemblies 0 | --assemblies 0, expected 1 to 1024"
            })
    void shouldRefuseAWrongCommandLine(String command, String complaint) {
        Captured.Result result = Captured.run(command.isEmpty() ? new Object[0] : (Object[]) command.split(" "));
        isOneComplaint(result, ExitCode.USAGE, complaint);
    }

    @Test
    void shouldRefuseAVmcoreThatIsNotThere() {
        Path nowhere = scratch.resolve("nowhere.elf");
        isOneComplaint(
                Captured.run("inspect", nowhere), ExitCode.BAD_VMCORE, nowhere + ": does not exist, expected a vmcore");
        isOneComplaint(
                Captured.run("run", nowhere, "-o", scratch.resolve("out")), ExitCode.BAD_VMCORE, nowhere.toString());
        isOneComplaint(
                Captured.run("produce", nowhere, "--bootstrap-server", broker.bootstrapServers()),
                ExitCode.BAD_VMCORE,
                nowhere.toString());
    }

    @Test
    void shouldRefuseAFolderAsVmcore() {
        isOneComplaint(Captured.run("inspect", scratch), ExitCode.BAD_VMCORE, scratch + ": is a folder");
    }

    @Test
    void shouldRefuseWhatIsNoVmcoreAndLeaveNothing() throws Exception {
        Path text = Files.writeString(scratch.resolve("letter.txt"), "Dear kernel, ".repeat(1000));
        Path out = scratch.resolve("out.kdump");
        isOneComplaint(Captured.run("run", text, "-o", out), ExitCode.BAD_VMCORE, text.toString());
        assertThat(list(scratch)).containsExactly("letter.txt");
    }

    @Test
    void shouldRefuseATruncatedVmcore() throws Exception {
        Path cut = Files.copy(vmcore, scratch.resolve("cut.elf"));
        try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        isOneComplaint(Captured.run("inspect", cut), ExitCode.BAD_VMCORE, cut.toString());
    }

    @Test
    void shouldNotReplaceAFileUnlessForced() throws Exception {
        Path out = Files.writeString(scratch.resolve("out.kdump"), "precious");
        isOneComplaint(Captured.run("run", vmcore, "-o", out), ExitCode.USAGE, "--force");
        assertThat(out).hasContent("precious");

        Captured.Result forced = Captured.run("run", vmcore, "-o", out, "--force");
        assertThat(forced.err()).doesNotContain("vmcore-stream: ");
        assertThat(forced.exitCode()).isZero();
        try (KdumpFile kdump = KdumpFile.open(out)) {
            assertThat(kdump.incomplete()).isFalse();
        }
    }

    @Test
    void shouldRefuseAnOutputThatCannotBeWritten() throws Exception {
        Path file = Files.writeString(scratch.resolve("file"), "no folder");
        isOneComplaint(
                Captured.run("run", vmcore, "-o", file.resolve("out")), ExitCode.OUTPUT, file + ": no such folder");
        isOneComplaint(Captured.run("run", vmcore, "-o", scratch), ExitCode.OUTPUT, scratch + ": is a folder");
        isOneComplaint(Captured.run("run", vmcore, "-o", scratch.resolve("a/b")), ExitCode.OUTPUT, "a: no such folder");
        isOneComplaint(Captured.run("demo", "-o", scratch.resolve("a/b")), ExitCode.OUTPUT, "a: no such folder");
    }

    @Test
    void shouldMakeAFileAndALogAndNothingElse() throws Exception {
        Path out = scratch.resolve("guest.kdump");
        Captured.Result result = Captured.run("run", vmcore, "-o", out, "-d", "31");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(list(scratch)).containsExactly("guest-dmesg.txt", "guest.kdump");
        assertThat(scratch.resolve("guest-dmesg.txt")).content().contains("sysrq triggered crash");
        assertThat(result.out())
                .contains("Original pages  : 0x0000000000002000")
                .contains("    Free pages              : 0x0000000000001000")
                .contains("    User process data pages : 0x0000000000000200")
                .contains("Write bytes     : " + Files.size(out))
                .contains("page-data")
                .contains("Dump file       : " + out);
        assertThat(result.err().lines())
                .allMatch(line -> line.contains("[100.0 %]"))
                .hasSize(4);
    }

    @Test
    void shouldWriteTheFileToStandardOutputAndNothingElse() throws Exception {
        Path data = scratch.resolve("data");
        Path out = scratch.resolve("guest.kdump");
        Captured.Result made = Captured.run("run", vmcore, "-o", out, "--data-dir", data, "--codec", "lzo");
        assertThat(made.exitCode()).as(made.err()).isZero();
        Captured captured = new Captured(false);
        assertThat(Main.run(
                        captured.console(),
                        "run",
                        vmcore.toString(),
                        "-o",
                        "-",
                        "--data-dir",
                        data.toString(),
                        "--codec",
                        "lzo"))
                .as(captured.err())
                .isZero();
        assertThat(captured.err()).contains("Dump file       : standard output");
        Path stream = Files.write(scratch.resolve("stream"), captured.outBytes());
        Path rearranged = scratch.resolve("rearranged");
        assertThat(Captured.run("export", stream, "-o", rearranged, "--spool-dir", scratch)
                        .exitCode())
                .isZero();
        assertThat(rearranged).hasSameBinaryContentAs(out);
    }

    @Test
    void shouldKeepTheBrokersDataWhereAskedTo() throws Exception {
        Path data = scratch.resolve("data");
        Captured.Result first =
                Captured.run("run", vmcore, "-o", scratch.resolve("1.kdump"), "--data-dir", data, "--codec", "zlib");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(data).isNotEmptyDirectory();
        Captured.Result second =
                Captured.run("run", vmcore, "-o", scratch.resolve("2.kdump"), "--data-dir", data, "--codec", "zlib");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(scratch.resolve("2.kdump")).hasSameBinaryContentAs(scratch.resolve("1.kdump"));
    }

    @Test
    void shouldSayThatPagesWereNotCaptured() throws Exception {
        Path out = scratch.resolve("out.kdump");
        Captured.Result result = Captured.run("run", vmcore, "-o", out, "-d", "0", "--capture", "level-31");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.INCOMPLETE.number());
        assertThat(result.err()).contains("vmcore-stream: " + out + ": ").doesNotContain("\tat ");
        try (KdumpFile kdump = KdumpFile.open(out)) {
            assertThat(kdump.incomplete()).isTrue();
        }
    }

    @Test
    void shouldInspectWithoutReadingPagesUnlessAsked() {
        Captured.Result plain = Captured.run("inspect", vmcore, "-d", "31");
        assertThat(plain.exitCode()).as(plain.err()).isZero();
        assertThat(plain.out())
                .contains("Node            : guest")
                .contains("Crash           : Kernel panic - not syncing: sysrq triggered crash")
                .doesNotContain("Pages filled with zero")
                .contains("    Free pages              : 0x0000000000001000");
        Captured.Result zero = Captured.run("inspect", vmcore, "-d", "31", "--zero");
        assertThat(zero.exitCode()).as(zero.err()).isZero();
        assertThat(zero.out()).doesNotContain("Pages filled with zero  : 0x0000000000000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"produce VMCORE", "process", "sink --dir DIR", "topics create", "topics check", "topics list"})
    void shouldSayThatNoBrokerAnswers(String command) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        isOneComplaint(
                kafka(command, "127.0.0.1:" + port, "default.api.timeout.ms=300"),
                ExitCode.KAFKA,
                "127.0.0.1:" + port + ": no Kafka broker answers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"produce VMCORE", "process", "sink --dir DIR"})
    void shouldSayThatTopicsAreMissing(String command) throws Exception {
        isOneComplaint(
                kafka(command + " --topic-prefix missing.", broker.bootstrapServers(), ""),
                ExitCode.KAFKA,
                "topic missing.dumps is missing");
    }

    @Test
    void shouldListEachMissingTopicWhenChecking() throws Exception {
        Captured.Result result = kafka("topics check --topic-prefix missing.", broker.bootstrapServers(), "");
        assertThat(result.exitCode()).isEqualTo(ExitCode.KAFKA.number());
        assertThat(result.err().lines())
                .hasSize(11)
                .allMatch(line -> line.matches("vmcore-stream: topic .* is missing.*"));
    }

    @Test
    void shouldCreateTopicsOnce() throws Exception {
        String create = "topics create --topic-prefix once. --partitions 3";
        Captured.Result dry = kafka(create + " --dry-run", broker.bootstrapServers(), "");
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.out().lines()).hasSize(11).allMatch(line -> line.startsWith("would make once."));

        Captured.Result first = kafka(create, broker.bootstrapServers(), "");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out().lines()).hasSize(11).allMatch(line -> line.startsWith("made       once."));

        Captured.Result again = kafka(create, broker.bootstrapServers(), "");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out().lines()).hasSize(11).allMatch(line -> line.startsWith("exists     once."));

        Captured.Result check = kafka("topics check --topic-prefix once.", broker.bootstrapServers(), "");
        assertThat(check.exitCode()).as(check.err()).isZero();
        assertThat(check.out()).isEqualTo("All topics are as they should be.\n");

        Captured.Result listed = kafka("topics list --topic-prefix once.", broker.bootstrapServers(), "");
        assertThat(listed.exitCode()).as(listed.err()).isZero();
        assertThat(listed.out().lines()).hasSize(12).anyMatch(line -> line.matches("once\\.page-data +3 +0 +0"));
    }

    @Test
    void shouldCallAWrongClientSettingAWrongCommandLine() throws Exception {
        assertThat(kafka("topics create --topic-prefix odd.", broker.bootstrapServers(), "")
                        .exitCode())
                .isZero();
        isOneComplaint(
                kafka("produce VMCORE --topic-prefix odd.", broker.bootstrapServers(), "linger.ms=abc"),
                ExitCode.USAGE,
                "linger.ms");
    }

    @Test
    void shouldSayThatATopicTakesTooSmallMessages() throws Exception {
        assertThat(kafka("topics create --topic-prefix small.", broker.bootstrapServers(), "")
                        .exitCode())
                .isZero();
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "small.page-data");
            ConfigEntry small = new ConfigEntry("max.message.bytes", "100000");
            admin.incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(small, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            // The controller has it now; the broker that answers the check learns of it a moment later.
            for (int turn = 0; turn < 200 && !value(admin, topic, small.name()).equals(small.value()); turn++) {
                Thread.sleep(50);
            }
        }
        String expected = "topic small.page-data has max.message.bytes=100000, expected at least ";
        isOneComplaint(
                kafka("topics check --topic-prefix small.", broker.bootstrapServers(), ""), ExitCode.KAFKA, expected);
        isOneComplaint(
                kafka("produce VMCORE --topic-prefix small.", broker.bootstrapServers(), ""), ExitCode.KAFKA, expected);
    }

    @Test
    void shouldRefuseAClientSettingThatIsNoNumber() throws Exception {
        isOneComplaint(
                kafka("topics check", broker.bootstrapServers(), "default.api.timeout.ms=soon"),
                ExitCode.USAGE,
                "default.api.timeout.ms is 'soon'");
    }

    @Test
    void shouldPrintAStackTraceOnlyWhenVerbose() {
        Captured.Result result = Captured.run("inspect", scratch.resolve("nowhere.elf"), "--verbose");
        assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_VMCORE.number());
        assertThat(result.err()).startsWith("vmcore-stream: ").contains("\tat ");
    }

    private static String value(Admin admin, ConfigResource topic, String name) throws Exception {
        return admin.describeConfigs(List.of(topic))
                .all()
                .get()
                .get(topic)
                .get(name)
                .value();
    }

    private Captured.Result kafka(String command, String servers, String config) throws Exception {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ")) {
            words.add(word.replace("VMCORE", vmcore.toString())
                    .replace("DIR", scratch.resolve("dumps").toString()));
        }
        words.addAll(List.of("--bootstrap-server", servers));
        if (!config.isEmpty()) {
            Path file = Files.writeString(scratch.resolve("client.properties"), config);
            words.addAll(List.of("--command-config", file.toString()));
        }
        return Captured.run(words.toArray());
    }

    private static List<String> list(Path of) throws Exception {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void isOneComplaint(Captured.Result result, ExitCode code, String complaint) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(code.number());
        assertThat(result.err())
                .startsWith("vmcore-stream: ")
                .contains(complaint)
                .doesNotContain("\tat ");
        assertThat(result.err().lines().filter(line -> line.startsWith("vmcore-stream: ")))
                .hasSize(1);
        assertThat(result.err().lines().filter(line -> !line.startsWith("vmcore-stream: ")))
                .allMatch(line -> line.matches("Try 'vmcore-stream.* --help'\\."));
        assertThat(result.out()).isEmpty();
    }
}
