// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.cli.broker.EmbeddedBroker;
import org.vmcorestream.producer.Capture;
import org.vmcorestream.producer.CaptureProgress;
import org.vmcorestream.producer.DumpId;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.TopicPlan;
import org.vmcorestream.schemas.Topics;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ReasonCount;
import org.vmcorestream.testkit.SyntheticVmcore;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/**
 * Processor and sink come too late: retention has taken metadata of one dump and page contents of another. Each becomes a file with
 * what there is, which says what it lacks.
 */
@Timeout(180)
class RetentionTest {
    private static final int PARTITIONS = 8;
    private static final int STRIPES = 3;
    private static final RuleSet LEVEL = BuiltInRuleSets.level(1);

    @TempDir
    private static Path folder;

    private static EmbeddedBroker broker;
    private static Line line;
    private static Capture.Result described;
    private static Capture.Result copied;
    private static final Map<String, DumpFile> FILES = new HashMap<>();

    @BeforeAll
    static void comeTooLate() throws Exception {
        broker = EmbeddedBroker.start(folder.resolve("broker"));
        Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
        Topics topics = new Topics("line.");
        Path elf = SyntheticVmcore.write(
                        folder.resolve("guest.elf"),
                        String.join(
                                "\n",
                                "kernel 6.16",
                                "memory 0-16M",
                                "memory 1G-1032M",
                                "memory 3G-3080M",
                                "pages 786432..788480 anon lru swapbacked mapped",
                                "fill 786432..788480 random seed=1",
                                "panic \"too late\""))
                .file();
        Set<Integer> taken = new HashSet<>();
        try (Admin admin = Admin.create(client);
                Vmcore vmcore = Vmcore.open(elf)) {
            new TopicPlan(topics, PARTITIONS, (short) 1).createMissing(admin, Duration.ofSeconds(30));
            described = capture(client, topics, idOnOwnPartitions(taken), vmcore);
            copied = capture(client, topics, idOnOwnPartitions(taken), vmcore);
            // Of the first dump: all metadata of stripe 1, and the first record of stripe 2.
            expire(admin, place(topics.pageMetadata(), described, 1), 1.0);
            expire(admin, place(topics.pageMetadata(), described, 2), 0.3);
            // Of the other: some of the pages of stripe 2.
            expire(admin, place(topics.pageData(), copied, 2), 0.5);
        }
        line = Line.on(broker.bootstrapServers(), folder, PARTITIONS);
        Line.Sink sink = line.sink("late", folder.resolve("files"), Optional.empty(), 2, Duration.ofSeconds(3));
        while (FILES.size() < 2) {
            DumpFile file = sink.next();
            FILES.put(file.getDumpId(), file);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        line.close();
        broker.close();
    }

    /** A dump whose stripes and early pages travel where those of no other do. */
    private static String idOnOwnPartitions(Set<Integer> taken) {
        while (true) {
            String id = DumpId.next();
            Set<Integer> its = new HashSet<>();
            for (int stripe = 0; stripe < STRIPES; stripe++) {
                its.add(Keys.partition(id, stripe, PARTITIONS));
            }
            its.add(Keys.partition(id, Keys.earlyStripe(0), PARTITIONS));
            if (its.size() == STRIPES + 1 && its.stream().noneMatch(taken::contains)) {
                taken.addAll(its);
                return id;
            }
        }
    }

    private static Capture.Result capture(Map<String, Object> client, Topics topics, String dumpId, Vmcore vmcore)
            throws Exception {
        CapturePlan plan = new CapturePlan(client, topics, LEVEL);
        plan.dumpId = dumpId;
        return Capture.run(vmcore, plan.settings(), CaptureProgress.NONE);
    }

    private static TopicPartition place(String topic, Capture.Result dump, int stripe) {
        return new TopicPartition(topic, Keys.partition(dump.dumpId(), stripe, PARTITIONS));
    }

    /** Removes a share of the records of a partition, at least one and from the first on, as retention does. */
    private static void expire(Admin admin, TopicPartition place, double share) throws Exception {
        long end = admin.listOffsets(Map.of(place, OffsetSpec.latest()))
                .partitionResult(place)
                .get(30, TimeUnit.SECONDS)
                .offset();
        long before = Math.max(1, (long) (end * share));
        admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(before)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static Captured.Result command(Object... words) {
        Object[] all = Arrays.copyOf(words, words.length + 4);
        all[words.length] = "--bootstrap-server";
        all[words.length + 1] = broker.bootstrapServers();
        all[words.length + 2] = "--topic-prefix";
        all[words.length + 3] = "line.";
        Captured.Result result = Captured.run(all);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    @Test
    void shouldKeepEveryPageWhoseMetadataHasExpired() throws Exception {
        DumpFile file = FILES.get(described.dumpId());
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getMissingPages()).as("%s", file.getProblems()).isZero();
        assertThat(file.getPagesWritten()).isEqualTo(described.pages());
        assertThat(file.getProblems())
                .anyMatch(problem ->
                        problem.matches("no verdict on 4096 pages from pfn 262144 on, all of them are kept"));
        try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
            assertThat(kdump.incomplete()).isTrue();
        }
    }

    @Test
    void shouldSayHowManyPagesHaveExpired() throws Exception {
        DumpFile file = FILES.get(copied.dumpId());
        assertThat(file.getComplete()).isFalse();
        assertThat(file.getMissingPages()).isBetween(1L, 2048L);
        assertThat(file.getPagesWritten() + file.getMissingPages()).isEqualTo(copied.pages());
        assertThat(file.getMissing())
                .extracting(ReasonCount::getReason, ReasonCount::getPages)
                .containsExactly(tuple("expired", file.getMissingPages()));
        try (KdumpFile kdump = KdumpFile.open(FileCheck.path(file))) {
            assertThat(kdump.incomplete()).isTrue();
        }
    }

    @Test
    void shouldShowWhatIsMissing() {
        DumpFile data = FILES.get(copied.dumpId());
        String missing = Shortfall.number(data.getMissingPages());
        String lacks = "level-1: incomplete: it lacks contents of " + missing + " of "
                + Shortfall.number(copied.pages()) + " pages in 1 of 3 stripes (expired " + missing + ")";
        String list = command("dumps", "list").out();
        assertThat(list.lines()).contains("  " + lacks);
        assertThat(list).contains("  level-1: incomplete: it lacks the verdict on 4,096 pages, which stay");
        assertThat(command("dumps", "list", "--dump", copied.dumpId(), "--json").out())
                .contains("\"lacks\":[\"" + lacks + "\"]")
                .contains("\"missingPages\":" + data.getMissingPages());

        String shown = command("dumps", "show", copied.dumpId()).out();
        assertThat(shown).contains("State           : captured", "  stripe 2: the retention of page-data passed: ");
        assertThat(shown.lines()).contains(lacks);
        assertThat(shown).containsPattern("\n +2 +0 +\\d+ +786432 +788479 +all +all +2,048\n");

        Captured.Result inspected = Captured.run("inspect", FileCheck.path(data));
        assertThat(inspected.exitCode()).as(inspected.err()).isZero();
        assertThat(inspected.out().lines())
                .anyMatch(text -> text.startsWith("Incomplete      : contents of " + missing + " of "
                        + Shortfall.number(copied.pages()) + " pages are missing, the first is pfn 786432"));
    }
}
