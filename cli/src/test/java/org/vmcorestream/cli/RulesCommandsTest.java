// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.vmcore.Vmcore;

/** The commands for rule sets and stored dumps as far as they need no cluster. */
class RulesCommandsTest {
    private static final ExpectedDump DEMO = ExpectedDump.demo();

    @TempDir
    private static Path folder;

    private static Path elf;

    @TempDir
    private Path scratch;

    @BeforeAll
    static void unpack() throws Exception {
        elf = DEMO.vmcore(folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "rules | no command given: show, check, test, diff, publish or list",
                "dumps | no command given: list or show",
                "rules show level-32 | no rule set 'level-32', expected level-0 to level-31",
                "rules show mine.yaml | 'mine.yaml' is no name of a rule set",
                "rules show mine | no rule set 'mine' is built in; --bootstrap-server says where",
                "rules publish x.yaml | --bootstrap-server",
                "rules list | --bootstrap-server",
                "rules test mine x.elf | no rule set 'mine' is built in; --bootstrap-server says where published ones are, and a file",
                "run x.elf -o y --rule-set mine | no rule set 'mine' is built in; a file is named with its folder or ending",
                "run x.elf -o y --rule-set ./nowhere.yaml | ./nowhere.yaml: no such file or folder, expected a rule set",
                "run x.elf -o y --capture nowhere/x | nowhere/x: no such file or folder, expected a rule set",
                "run x.elf -o y -e --rule-set ./mine.yaml | -e goes with a dump level, not with rule set ./mine.yaml",
                "produce x.elf --bootstrap-server h:1 --rule-set mine.yaml | 'mine.yaml' is no name of a rule set",
                "produce x.elf --bootstrap-server h:1 --rule-set mine -e | -e goes with a dump level, not with rule set mine",
                "process --bootstrap-server h:1 --rule-set 32 | no rule set '32'",
                "process --bootstrap-server h:1 --replay-share 1.5 | --replay-share 1.5, expected 0 to 1",
                "process --bootstrap-server h:1 --replay-share much | much",
                "replay --bootstrap-server h:1 --rule-set 31 | no dumps are chosen, expected --dump, --where, a range of time, or --all",
                "replay --bootstrap-server h:1 --rule-set 31 --all --by-duration P1D | --all stands beside a choice of dumps",
                "replay --bootstrap-server h:1 --all | --rule-set",
                "replay --bootstrap-server h:1 --all --rule-set mine.yaml | 'mine.yaml' is no name of a rule set",
                "replay --bootstrap-server h:1 --rule-set 31 --dump 17 | dump id '17', expected a UUID version 7",
                "replay --bootstrap-server h:1 --rule-set 31 --dump 17 --where true | --dump stands beside --where",
                "whatif --bootstrap-server h:1 | --rule-set",
                "whatif --bootstrap-server h:1 --rule-set 31 --from yesterday | 'yesterday', expected a time as YYYY-MM-DDTHH:mm:SS.sss",
                "dumps list --bootstrap-server h:1 --by-duration 7d | '7d', expected a duration as PnDTnHnMnS",
                "dumps list --bootstrap-server h:1 --where tenant | --where:1:1: ",
                "explain x.elf 12ab | '12ab', expected a page frame number in decimal, or an address with 0x in front",
                "explain 01a20690-fe91-7293-b8af-792630b1a5a8 1 | is the id of a stored dump, expected --bootstrap-server",
                "console --bootstrap-server h:1 --listen 9464 | '9464', expected HOST:PORT",
                "console --bootstrap-server h:1 --listen h:65536 | 'h:65536', expected HOST:PORT",
                "console --bootstrap-server h:1 --tenant-labels -1 | -1 tenants"
            })
    void shouldRefuseAWrongCommandLine(String command, String complaint) {
        isOneComplaint(Captured.run((Object[]) command.split(" ")), ExitCode.USAGE, complaint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rules list",
                "dumps list",
                "replay --all --rule-set 31",
                "whatif --rule-set 31",
                "explain 01a20690-fe91-7293-b8af-792630b1a5a8 1",
                "console"
            })
    void shouldSayThatNoBrokerAnswers(String command) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Path config = Files.writeString(scratch.resolve("client.properties"), "default.api.timeout.ms=600");
        List<Object> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.addAll(List.of("--bootstrap-server", "127.0.0.1:" + port, "--command-config", config));
        isOneComplaint(
                Captured.run(words.toArray()), ExitCode.KAFKA, "127.0.0.1:" + port + ": no Kafka broker answers");
    }

    @Test
    void shouldShowARuleSetThatAFileCanBeMadeOf() throws Exception {
        Captured.Result shown = Captured.run("rules", "show", "31");
        assertThat(shown.exitCode()).isZero();
        Path file = Files.writeString(scratch.resolve("mine.yaml"), shown.out());
        isOneComplaint(
                Captured.run("rules", "check", file),
                ExitCode.USAGE,
                file + ":2:7: name 'level-31' is kept for built-in rule sets");
        Files.writeString(file, shown.out().replace("name: level-31", "name: mine"));
        Captured.Result checked = Captured.run("rules", "check", file);
        assertThat(checked.exitCode()).as(checked.err()).isZero();
        assertThat(checked.out()).isEqualTo(file + ": rule set mine, 8 rules, no mistake\n");

        Captured.Result tested = Captured.run("rules", "test", file, elf);
        assertThat(tested.exitCode()).as(tested.err()).isZero();
        assertThat(tested.out())
                .contains("Rule set        : mine")
                .doesNotContain("Pages filled with zero")
                .contains("(Pages of zeros were not looked for; 'inspect --rule-set " + file + " --zero' does.)")
                .contains("    Free pages              : 0x00000000000057d8")
                .containsPattern("NEWLY LOST: kept by level-31 alone +0 +0 B\n")
                .containsPattern("newly kept: kept by mine alone +0 +0 B\n");
    }

    @Test
    void shouldSayWhereAMistakeIs() throws Exception {
        Path file = Files.writeString(scratch.resolve("mine.yaml"), """
                name: mine
                rules:
                  - exclude: user
                    when: "page.mapping == true"
                """);
        isOneComplaint(Captured.run("rules", "check", file), ExitCode.USAGE, file + ":4:");
        isOneComplaint(Captured.run("rules", "test", file, elf), ExitCode.USAGE, file + ":4:");
        isOneComplaint(
                Captured.run("run", elf, "-o", scratch.resolve("out"), "--rule-set", file),
                ExitCode.USAGE,
                file + ":4:");
    }

    @Test
    void shouldRefuseAFileThatIsNoText() throws Exception {
        Path bytes = Files.write(scratch.resolve("mine.yaml"), new byte[] {'a', (byte) 0xff, 'b'});
        isOneComplaint(Captured.run("rules", "check", bytes), ExitCode.USAGE, bytes + ": is not UTF-8 text");
        Files.write(bytes, new byte[RuleSetFile.MAX_BYTES + 1]);
        isOneComplaint(Captured.run("rules", "check", bytes), ExitCode.USAGE, bytes + ": more than 1048576 bytes");
        isOneComplaint(Captured.run("rules", "check", scratch), ExitCode.USAGE, scratch + ": is a folder");
    }

    @Test
    void shouldSayWhatIsNewlyLostAndKept() {
        Captured.Result looser = Captured.run("rules", "test", "17", elf);
        assertThat(looser.exitCode()).as(looser.err()).isZero();
        assertThat(looser.out())
                .containsPattern("kept by level-31 +" + DEMO.count(31, "bits_in_bitmap2") + " ")
                .containsPattern("kept by level-17 +" + DEMO.count(17, "bits_in_bitmap2") + " ")
                .containsPattern("NEWLY LOST: kept by level-31 alone +0 ")
                .containsPattern("  cache +" + DEMO.count(31, "cache") + " ");
        Captured.Result stricter = Captured.run("rules", "test", "31", elf, "--against", "17");
        assertThat(stricter.out())
                .containsPattern("NEWLY LOST: kept by level-17 alone +"
                        + (DEMO.count(17, "bits_in_bitmap2") - DEMO.count(31, "bits_in_bitmap2")) + " ");
    }

    @Test
    void shouldCompareUnusedVmemmapAsInspectCountsIt() {
        String inspected = Captured.run("inspect", elf, "-d", "31", "-e").out();
        Captured.Result tested = Captured.run("rules", "test", "31-e", elf);
        assertThat(tested.exitCode()).as(tested.err()).isZero();
        String line = inspected
                .lines()
                .filter(found -> found.contains("Unused vmemmap pages"))
                .findFirst()
                .orElseThrow();
        assertThat(tested.out()).contains(line);
        long pages = Long.parseLong(line.substring(line.lastIndexOf("0x") + 2), 16);
        assertThat(pages).isPositive();
        assertThat(tested.out()).containsPattern("NEWLY LOST: kept by level-31 alone +" + pages + " ");
    }

    @Test
    void shouldAskWhereAVmcoreComesFrom() throws Exception {
        Path file = Files.writeString(scratch.resolve("mine.yaml"), """
                name: mine
                rules:
                  - exclude: all-of-acme
                    when: 'dump.tenant == "acme" && dump.crash_reason.contains("sysrq")'
                """);
        assertThat(Captured.run("rules", "test", file, elf, "--tenant", "acme").out())
                .containsPattern("kept by mine +0 ");
        assertThat(Captured.run("rules", "test", file, elf, "--tenant", "other").out())
                .containsPattern("kept by mine +" + DEMO.count(31, "total") + " ");
    }

    @Test
    void shouldExplainByEveryKindOfAddress() throws Exception {
        long virtual;
        long physical;
        try (Vmcore vmcore = Vmcore.open(elf)) {
            virtual = new String(vmcore.vmcoreInfoText(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("SYMBOL(init_uts_ns)="))
                    .mapToLong(line -> Long.parseUnsignedLong(line.split("=")[1], 16))
                    .findFirst()
                    .orElseThrow();
            physical = virtual - 0xffffffff80000000L + vmcore.kernel().physBase();
        }
        Captured.Result byPfn = Captured.run("explain", elf, physical >>> 12);
        assertThat(byPfn.exitCode()).as(byPfn.err()).isZero();
        assertThat(byPfn.out())
                .contains("Page frame      : " + (physical >>> 12) + ", physical addresses 0x")
                .contains("level-31        : kept: no rule speaks of it");
        assertThat(Captured.run("explain", elf, "0x" + Long.toHexString(physical)))
                .isEqualTo(byPfn);
        assertThat(Captured.run("explain", elf, "0x" + Long.toHexString(virtual)))
                .isEqualTo(byPfn);
        isOneComplaint(
                Captured.run("explain", elf, "0xffff800000000000"),
                ExitCode.USAGE,
                elf + ": kernel address 0xffff800000000000 is not mapped");
    }

    @Test
    void shouldExplainAnUnacceptedPageInEachRuleSet() throws Exception {
        Captured.Result result = Captured.run("explain", elf, 26700, "--rule-set", "31", "--rule-set", "15", "--json");
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode page = new ObjectMapper().readTree(result.out());
        assertThat(page.path("block").path("kind").asText()).isEqualTo("unaccepted block");
        assertThat(page.path("block").path("firstPfn").asLong()).isEqualTo(26624);
        assertThat(page.path("block").path("pages").asLong()).isEqualTo(1024);
        JsonNode verdict = page.path("verdicts").path(0);
        assertThat(verdict.path("ruleSet").asText()).isEqualTo("level-31");
        assertThat(verdict.path("reason").asText()).isEqualTo("unaccepted");
        assertThat(verdict.path("rule").asText()).isEqualTo("unaccepted");
        assertThat(verdict.path("how").asText()).isEqualTo("INSIDE_RUN");
        assertThat(page.path("verdicts").path(1).path("reason").asText()).isEqualTo("kept");
    }

    @Test
    void shouldRefuseToExplainAPageBeyondTheMemory() throws Exception {
        long end;
        try (Vmcore vmcore = Vmcore.open(elf)) {
            end = vmcore.memory().endPfn();
        }
        String expected = " is page frame " + end + ", beyond the memory of the dump, expected 0 to " + (end - 1);
        isOneComplaint(Captured.run("explain", elf, end), ExitCode.USAGE, elf + ": " + end + expected);
        String address = "0x" + Long.toHexString(end << 12);
        isOneComplaint(Captured.run("explain", elf, address), ExitCode.USAGE, elf + ": " + address + expected);
        assertThat(Captured.run("explain", elf, end - 1).exitCode()).isZero();
    }

    @Test
    void shouldRefuseToExplainAPageOfNoVmcore() {
        Path nowhere = scratch.resolve("nowhere.elf");
        isOneComplaint(Captured.run("explain", nowhere, "1"), ExitCode.BAD_VMCORE, nowhere.toString());
    }

    @Test
    void shouldRunARuleSetFromAFile() throws Exception {
        Path file = Files.writeString(
                scratch.resolve("mine.yaml"),
                Captured.run("rules", "show", "31").out().replace("name: level-31", "name: mine"));
        Path out = scratch.resolve("out.kdump");
        Captured.Result result = Captured.run("run", elf, "-o", out, "--rule-set", file);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("Rule set        : mine@1")
                .contains("    Free pages              : 0x00000000000057d8");
    }

    private static void isOneComplaint(Captured.Result result, ExitCode code, String complaint) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(code.number());
        assertThat(result.err())
                .startsWith("vmcore-stream: ")
                .contains(complaint)
                .doesNotContain("\tat ");
        assertThat(result.err().lines().filter(line -> line.startsWith("vmcore-stream: ")))
                .hasSize(1);
        assertThat(result.out()).isEmpty();
    }
}
