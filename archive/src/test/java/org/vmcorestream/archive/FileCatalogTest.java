// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.PageCodecName;

class FileCatalogTest {
    private static final String TOPIC = "vmcore.dump-files";
    private static final long T0 = SampleDumps.T0;
    private static final long HOUR = 3_600_000;

    private final FakeCluster cluster = new FakeCluster().topic(TOPIC, 1);
    private final List<String> unreadable = new ArrayList<>();

    private static DumpFile file(String id, String ruleSet, boolean complete, int part, int parts) {
        return new DumpFile(
                id,
                ruleSet,
                "file:/var/crash/vmcore",
                "sink-1",
                T0,
                PageCodecName.ZSTD,
                complete,
                complete ? List.of() : List.of("2 pages were lost"),
                4096L,
                7,
                10L,
                1L,
                complete ? 0L : 2L,
                List.of(),
                List.of(),
                "",
                part,
                parts);
    }

    private void send(long timestamp, DumpFile file) {
        cluster.add(TOPIC, 0, timestamp, Keys.dumpFile(file), file);
    }

    private FileCatalog read(long since, long maxHeldBytes) {
        FileCatalog catalog = new FileCatalog(maxHeldBytes);
        try (LogCursor cursor = cluster.cursor()) {
            catalog.read(cursor, TOPIC, Instant.ofEpochMilli(since), unreadable::add);
        }
        return catalog;
    }

    @Test
    void shouldHaveTheLastRecordOfEachFileOfADump() {
        String id = SampleDumps.id(T0, 1);
        String other = SampleDumps.id(T0, 2);
        send(T0, file(id, "level-31", false, 0, 1));
        send(T0, file(other, "level-31", true, 0, 1));
        send(T0, file(id, "level-17", true, 1, 2));
        send(T0, file(id, "level-17", false, 0, 2));
        send(T0, file(id, "level-31", true, 0, 1));
        cluster.add(TOPIC, 0, T0, Keys.dumpFile(other, "level-31"), (byte[]) null);

        FileCatalog files = read(0, 1 << 20);

        assertThat(files.of(id))
                .extracting(file -> file.getRuleSet() + " " + file.getPart() + " " + file.getComplete())
                .containsExactly("level-17 0 false", "level-17 1 true", "level-31 0 true");
        assertThat(files.of(other)).isEmpty();
        assertThat(unreadable).isEmpty();
    }

    @Test
    void shouldReadNothingOfFilesFromBeforeATime() {
        for (int i = 0; i < 100; i++) {
            send(T0 + i * HOUR, file(SampleDumps.id(T0 + i * HOUR, i), "level-31", true, 0, 1));
        }
        FileCatalog files = read(T0 + 90 * HOUR, 1 << 20);
        assertThat(files.of(SampleDumps.id(T0 + 95 * HOUR, 95))).hasSize(1);
        assertThat(files.of(SampleDumps.id(T0 + 5 * HOUR, 5))).isEmpty();
        assertThat(cluster.consumers.get(0).given).isLessThan(15);
    }

    @Test
    void shouldForgetTheOldestWhereNotAllFit() {
        for (int i = 0; i < 100; i++) {
            send(T0, file(SampleDumps.id(T0, i), "level-31", true, 0, 1));
        }
        FileCatalog files = read(0, 20_000);
        assertThat(files.forgotten()).isBetween(50L, 95L);
        assertThat(files.of(SampleDumps.id(T0, 99))).hasSize(1);
        assertThat(files.of(SampleDumps.id(T0, 0))).isEmpty();
    }

    @Test
    void shouldSayWhichRecordsCannotBeRead() {
        String id = SampleDumps.id(T0, 1);
        cluster.add(TOPIC, 0, T0, Keys.dumpFile(id, "level-31"), "nonsense".getBytes(StandardCharsets.US_ASCII));
        cluster.add(TOPIC, 0, T0, Keys.dumpFile(id, "level-17"), file(id, "level-31", true, 0, 1));
        cluster.add(TOPIC, 0, T0, null, new byte[0]);
        send(T0, file(id, "level-1", true, 0, 1));

        assertThat(read(0, 1 << 20).of(id)).extracting(DumpFile::getRuleSet).containsExactly("level-1");
        assertThat(unreadable).hasSize(3).allMatch(line -> line.startsWith(TOPIC + "-0 offset "));
        assertThat(unreadable.get(1)).contains("key is " + id + "/level-17, expected " + id + "/level-31");
    }
}
