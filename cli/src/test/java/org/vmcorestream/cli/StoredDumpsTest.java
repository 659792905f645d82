// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rulebook.RuleSetText;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Rule sets that are published, and dumps that are decided once more: the commands, against the whole line. */
class StoredDumpsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PARTITIONS = 3;

    /** Page frames whose anonymous memory a rule set of this test keeps; borders of the largest pages of the demo vmcore. */
    private static final int KEPT_FIRST = 45 << 9;

    private static final int KEPT_END = 60 << 9;

    private static final ExpectedDump DEMO = ExpectedDump.demo();

    @TempDir
    private static Path folder;

    private static Line line;
    private static Line.Sink sink;
    private static Path elf;
    private static String dumpId;
    private static Path firstFile;

    @BeforeAll
    static void start() throws Exception {
        line = new Line(folder, PARTITIONS);
        sink = line.sink("files", folder.resolve("files"), Optional.empty(), 2);
        elf = DEMO.vmcore(folder);
        try (Vmcore vmcore = Vmcore.open(elf)) {
            dumpId = line.capture(vmcore, BuiltInRuleSets.capture(), List.of("level-31"), PageCodec.ZSTD, 1L << 30)
                    .dumpId();
        }
        firstFile = Files.copy(FileCheck.path(fileOf(dumpId)), folder.resolve("first.kdump"));
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
    }

    private static DumpFile fileOf(String id) throws Exception {
        DumpFile file = sink.next();
        while (!file.getDumpId().equals(id)) {
            file = sink.next();
        }
        return file;
    }

    /** Runs a command on the line's cluster. */
    private static Captured.Result run(Object... command) {
        List<Object> words = new ArrayList<>(Arrays.asList(command));
        words.addAll(List.of(
                "--bootstrap-server",
                line.client().get("bootstrap.servers"),
                "--topic-prefix",
                line.topics().prefix()));
        return Captured.run(words.toArray());
    }

    private static Captured.Result succeeds(Object... command) {
        Captured.Result result = run(command);
        assertThat(result.exitCode()).as("%s %s", result.out(), result.err()).isZero();
        assertThat(result.err()).doesNotContain("vmcore-stream: ");
        return result;
    }

    private static List<JsonNode> json(Captured.Result result) throws Exception {
        List<JsonNode> objects = new ArrayList<>();
        for (String object : result.out().lines().toList()) {
            objects.add(MAPPER.readTree(object));
        }
        return objects;
    }

    private static JsonNode of(List<JsonNode> objects, Predicate<JsonNode> which) {
        return objects.stream().filter(which).findFirst().orElseThrow(() -> new AssertionError(objects.toString()));
    }

    private static JsonNode ofDump(Captured.Result result, String id) throws Exception {
        return of(json(result), object -> object.path("dump").asText().equals(id));
    }

    private static BitSet kept(Path kdump) throws Exception {
        BitSet kept = new BitSet();
        try (KdumpFile file = KdumpFile.open(kdump)) {
            for (long pfn = file.nextKept(0); pfn >= 0; pfn = file.nextKept(pfn + 1)) {
                kept.set((int) pfn);
            }
        }
        return kept;
    }

    /** Level 31 that keeps the anonymous memory of some page frames, as of one process. */
    private static String ruleSetOfOneProcess(String name) {
        String text = RuleSetText.builtIn("31").orElseThrow();
        return text.replace("name: level-31", "name: " + name)
                .replace(
                        "  - exclude: user\n",
                        "  - keep: my-process\n    when: \"(page.hugetlb || anon) && !PG_hwpoison\"\n    pfns: ["
                                + KEPT_FIRST + "-" + (KEPT_END - 1) + "]\n  - exclude: user\n");
    }

    @Test
    void shouldMakeAFileByAPublishedRuleSetThatKeepsOneProcess() throws Exception {
        Path text = Files.writeString(folder.resolve("one-process.yaml"), ruleSetOfOneProcess("one-process"));
        assertThat(succeeds("rules", "publish", text).out()).isEqualTo("one-process@1\n");
        assertThat(run("rules", "publish", text).err()).contains("Nothing was published");
        assertThat(succeeds("rules", "show", "one-process").out()).isEqualTo(Files.readString(text));
        assertThat(succeeds("rules", "list").out()).contains("one-process@1");

        String id = succeeds("produce", elf, "--rule-set", "one-process").out().strip();
        DumpFile file = fileOf(id);
        assertThat(file.getRuleSet()).isEqualTo("one-process@1");
        assertThat(file.getProblems()).isEmpty();
        BitSet expected = DEMO.kept(31);
        BitSet withUser = DEMO.kept(31 - BuiltInRuleSets.USER);
        int anonymous = -expected.cardinality();
        withUser.clear(0, KEPT_FIRST);
        withUser.clear(KEPT_END, withUser.size());
        expected.or(withUser);
        anonymous += expected.cardinality();
        assertThat(anonymous).as("pages that only this rule set keeps").isBetween(100, 8000);
        assertThat(kept(FileCheck.path(file))).isEqualTo(expected);

        Files.writeString(text, Files.readString(text) + "# changed\n");
        assertThat(succeeds("rules", "publish", text).out()).isEqualTo("one-process@2\n");
        JsonNode described = ofDump(succeeds("dumps", "list", "--dump", id, "--json"), id);
        assertThat(described.path("ruleSets").toString()).isEqualTo("[\"one-process@1\"]");
        JsonNode newest = of(
                json(succeeds("rules", "list", "--json")),
                ruleSet -> ruleSet.path("ruleSet").asText().equals("one-process@2"));
        assertThat(newest.path("text").asText()).isEqualTo(Files.readString(text));
    }

    @Test
    void shouldMakeTheSameFileAgainFromWhatIsStored() throws Exception {
        Captured.Result result = succeeds("replay", "--dump", dumpId, "--rule-set", "31");
        assertThat(result.out()).contains(dumpId + "  complete ").contains("1 of 1 file complete");
        DumpFile file = fileOf(dumpId);
        assertThat(file.getReplayId()).isNotEmpty();
        assertThat(result.err()).contains("Replay " + file.getReplayId());
        assertThat(FileCheck.path(file)).hasSameBinaryContentAs(firstFile);
    }

    @Test
    void shouldMakeAFileOfALevelThatNobodyAskedForAtFirst() throws Exception {
        JsonNode dump = ofDump(succeeds("replay", "--dump", dumpId, "--rule-set", "17", "--json"), dumpId);
        assertThat(dump.path("result").asText()).isEqualTo("complete");
        DumpFile file = fileOf(dumpId);
        assertThat(dump.path("location").asText()).isEqualTo(file.getLocation());
        try (ElfPages input = new ElfPages(elf)) {
            new FileCheck(DEMO, input).isOfLevel(file, 17);
        }
    }

    @Test
    void shouldSayWhatWasNeverCaptured() throws Exception {
        Captured.Result result = run("replay", "--dump", dumpId, "--rule-set", "level-0");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.INCOMPLETE.number());
        long free = DEMO.count(31, "free");
        assertThat(result.out())
                .contains(dumpId + "  incomplete ")
                .contains(free + " pages were never captured (free 10200, unaccepted 12288)")
                .contains("missing, not captured: unaccepted: 12288 pages");
        DumpFile file = fileOf(dumpId);
        assertThat(file.getComplete()).isFalse();
        try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
            assertThat(kdump.incomplete()).isTrue();
        }
    }

    @Test
    void shouldChangeNothingInADryRun() throws Exception {
        long before = ends();
        Captured.Result complete = succeeds("replay", "--dump", dumpId, "--rule-set", "17", "--dry-run");
        assertThat(complete.out()).contains(dumpId + "  complete ").contains("Nothing was changed");
        Captured.Result lacking = succeeds("replay", "--dump", dumpId, "--rule-set", "0", "--dry-run");
        assertThat(lacking.out())
                .contains(dumpId + "  incomplete ")
                .contains("never captured: free 10200, unaccepted 12288");
        JsonNode forecast =
                ofDump(succeeds("replay", "--dump", dumpId, "--rule-set", "0", "--dry-run", "--json"), dumpId);
        assertThat(forecast.path("available").asLong()).isEqualTo(DEMO.count(16, "bits_in_bitmap2"));
        assertThat(ends())
                .as("offsets at the ends of all topics that a replay writes to")
                .isEqualTo(before);
    }

    private static long ends() throws Exception {
        try (Admin admin = Admin.create(line.client())) {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                asked.put(new TopicPartition(line.topics().replays(), partition), OffsetSpec.latest());
                asked.put(new TopicPartition(line.topics().verdicts(), partition), OffsetSpec.latest());
            }
            return admin.listOffsets(asked).all().get().values().stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        }
    }

    @Test
    void shouldOnlyDecideWhereNoFileIsWanted() throws Exception {
        JsonNode dump =
                ofDump(succeeds("replay", "--dump", dumpId, "--rule-set", "15", "--verdicts-only", "--json"), dumpId);
        assertThat(dump.path("result").asText()).isEqualTo("decided");
        assertThat(dump.path("pages").path("kept").asLong()).isEqualTo(DEMO.count(15, "bits_in_bitmap2"));
        assertThat(dump.path("notCaptured").path("unaccepted").asLong()).isEqualTo(12288);
    }

    @Test
    void shouldNotWaitWhenToldSo() {
        Captured.Result result =
                succeeds("replay", "--dump", dumpId, "--rule-set", "30", "--verdicts-only", "--no-wait");
        assertThat(result.out()).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n");
    }

    @Test
    void shouldSayWhatAnotherLevelWouldKeepAndLose() throws Exception {
        List<JsonNode> looser =
                json(succeeds("whatif", "--rule-set", "17", "--against", "31", "--dump", dumpId, "--json"));
        JsonNode pages = of(looser, object -> object.has("dump")).path("pages");
        isOfLevel(pages.path("now"), 31);
        isOfLevel(pages.path("then"), 17);
        assertThat(pages.path("newlyLost").size()).isZero();
        long more = DEMO.count(17, "bits_in_bitmap2") - DEMO.count(31, "bits_in_bitmap2");
        assertThat(sum(pages.path("newlyKept"))).isEqualTo(more);
        JsonNode total = of(looser, object -> object.has("total")).path("total");
        assertThat(total.path("dumps").asInt()).isOne();
        isOfLevel(total.path("pages").path("then"), 17);
        assertThat(total.path("bytes").path("then").path("kept").asLong())
                .isEqualTo(DEMO.count(17, "bits_in_bitmap2") << 12);

        String stricter = succeeds("whatif", "--rule-set", "31", "--against", "17", "--dump", dumpId)
                .out();
        assertThat(stricter)
                .contains("NEWLY LOST: " + more + " pages (cache 9112, cache-private 605, user 8741)")
                .contains("1 dump under level-31");
    }

    private static void isOfLevel(JsonNode pages, int level) {
        assertThat(pages.path("kept").asLong()).isEqualTo(DEMO.count(level, "bits_in_bitmap2"));
        assertThat(pages.path("cache").asLong()).isEqualTo(DEMO.count(level, "cache"));
        assertThat(pages.path("cache-private").asLong()).isEqualTo(DEMO.count(level, "cache_private"));
        assertThat(pages.path("user").asLong()).isEqualTo(DEMO.count(level, "user"));
        assertThat(pages.path("free").asLong() + pages.path("unaccepted").asLong())
                .isEqualTo(DEMO.count(level, "free"));
        assertThat(pages.path("hwpoison").asLong()).isEqualTo(DEMO.count(level, "hwpoison"));
        assertThat(pages.path("offline").asLong()).isEqualTo(DEMO.count(level, "offline"));
    }

    private static long sum(JsonNode counts) {
        long sum = 0;
        for (JsonNode count : counts) {
            sum += count.asLong();
        }
        return sum;
    }

    @Test
    void shouldExplainWhatTheVerdictSays() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        BitSet level31 = DEMO.kept(31);
        BitSet level9 = DEMO.kept(9);
        for (int turn = 0; turn < 24; turn++) {
            int pfn = random.nextInt((int) DEMO.count(31, "total"));
            JsonNode ofFile = explained(
                    pfn, Captured.run("explain", elf, pfn, "--rule-set", "31", "--rule-set", "level-9", "--json"));
            keeps(ofFile, 0, level31.get(pfn));
            keeps(ofFile, 1, level9.get(pfn));
            if (turn % 12 == 0) {
                JsonNode stored = explained(
                        pfn, run("explain", dumpId, pfn, "--rule-set", "31", "--rule-set", "level-9", "--json"));
                assertThat(stored.path("verdicts")).isEqualTo(ofFile.path("verdicts"));
                assertThat(stored.path("words")).isEqualTo(ofFile.path("words"));
                assertThat(stored.path("block")).isEqualTo(ofFile.path("block"));
            }
        }
    }

    private static JsonNode explained(int pfn, Captured.Result result) throws Exception {
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode explanation = MAPPER.readTree(result.out());
        assertThat(explanation.path("pfn").asInt()).isEqualTo(pfn);
        return explanation;
    }

    private static void keeps(JsonNode explanation, int verdict, boolean kept) {
        assertThat(explanation
                        .path("verdicts")
                        .path(verdict)
                        .path("reason")
                        .asText()
                        .equals("kept"))
                .as("%s", explanation)
                .isEqualTo(kept);
    }

    @Test
    void shouldFindDumpsByWhatTheyAre() throws Exception {
        String id = succeeds("produce", elf, "--tenant", "acme", "--host", "vmhost7", "--rule-set", "31")
                .out()
                .strip();
        fileOf(id);
        Captured.Result found = succeeds(
                "dumps", "list", "--where", "dump.tenant == \"acme\" && dump.cpus == 2", "--by-duration", "PT1H");
        assertThat(found.out().lines()).hasSize(2).first().asString().startsWith("DUMP ");
        assertThat(found.out()).contains(id + "  ").contains("vmhost7").contains("sysrq triggered crash");
        Captured.Result none = succeeds("dumps", "list", "--to", "2020-01-01");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).isEqualTo("No dump that was asked for.\n");
    }

    @Test
    void shouldRefuseWhatNobodyKnows() {
        String nobody = "01a20690-fe91-7293-b8af-792630b1a5a8";
        isRefused(run("replay", "--dump", nobody, "--rule-set", "31"), "no dump " + nobody);
        isRefused(run("explain", nobody, "1"), "no dump " + nobody);
        isRefused(run("replay", "--all", "--rule-set", "nowhere"), "no rule set 'nowhere' is built in");
        isRefused(run("rules", "show", "nowhere@7"), "no rule set 'nowhere@7' is built in");
        isRefused(run("produce", elf, "--rule-set", "nowhere"), "no rule set 'nowhere' is built in");
        isRefused(run("dumps", "list", "--where", "dump.tenant == 1"), "--where:1:13: ");
        isRefused(
                run("explain", dumpId, "0xffff888000000000"), "kernel address 0xffff888000000000 cannot be translated");
        isRefused(run("explain", dumpId, "4503599627370495"), dumpId + ": 4503599627370495 is page frame");
    }

    private static void isRefused(Captured.Result result, String complaint) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.USAGE.number());
        assertThat(result.err()).startsWith("vmcore-stream: " + complaint);
        assertThat(result.err().lines()).hasSize(1);
    }
}
