// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.PfnRange;

class DumpCatalogTest {
    private static final int PARTITIONS = 3;
    private static final long MINUTE = 60_000;
    private static final long T0 = SampleDumps.T0;

    private final FakeCluster cluster = new FakeCluster().topic(SampleDumps.DUMPS, PARTITIONS);
    private final List<String> unreadable = new ArrayList<>();

    private DumpCatalog catalog() {
        return catalog(1 << 20);
    }

    private DumpCatalog catalog(long maxHeldBytes) {
        return new DumpCatalog(cluster::cursor, SampleDumps.DUMPS, maxHeldBytes);
    }

    /** Sends a record of a dump as producers do. */
    private long send(String id, long timestamp, Dump dump) {
        return cluster.add(SampleDumps.DUMPS, SampleDumps.partition(id, PARTITIONS), timestamp, Keys.dump(id), dump);
    }

    private void sendLog(String id, long timestamp) {
        byte[] key = Keys.kernelLog(id);
        KernelLogRecord log = new KernelLogRecord(id, true, "", ByteBuffer.wrap(new byte[100]));
        // On the dump's own partition, though its key may belong to another: so it is in the way here.
        cluster.add(SampleDumps.DUMPS, SampleDumps.partition(id, PARTITIONS), timestamp, key, log);
    }

    /** A dump from its kernel log to its end, a minute later. */
    private String whole(long openedAt, int number) {
        String id = SampleDumps.id(openedAt, number);
        sendLog(id, openedAt);
        send(id, openedAt, SampleDumps.opened(id, openedAt));
        send(id, openedAt + MINUTE, state(SampleDumps.opened(id, openedAt), DumpState.CAPTURED));
        return id;
    }

    private static Dump state(Dump dump, DumpState state) {
        dump.setState(state);
        return dump;
    }

    private List<StoredDump> scan(DumpCatalog catalog, long from, long to) {
        List<StoredDump> found = new ArrayList<>();
        catalog.scan(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to), found::add, unreadable::add);
        return found;
    }

    @Test
    void shouldFindADumpByItsId() {
        whole(T0, 1);
        String id = whole(T0 + MINUTE, 2);
        whole(T0 + 2 * MINUTE, 3);

        StoredDump found = catalog().find(id).orElseThrow();

        assertThat(found.id()).isEqualTo(id);
        assertThat(found.ended()).isTrue();
        assertThat(found.dump().getManifest().getNotes().remaining()).isEqualTo(6_000);
        assertThat(found.description().state()).isEqualTo("CAPTURED");
        assertThat(found.description().memoryBytes()).isEqualTo(128L << 20);
        assertThat(found.description().facts().tenant()).isEqualTo("tenant-1");
        assertThat(found.description().crashTime()).isEqualTo(Instant.ofEpochMilli(T0));
        assertThat(found.description().openedAt()).isEqualTo(Instant.ofEpochMilli(T0 + MINUTE));
    }

    @Test
    void shouldPassOverTheCopiesForTheParts() {
        String id = whole(T0, 1);
        String other = whole(T0 + MINUTE, 2);
        for (int part = 1; part < 4; part++) {
            int partition = Keys.partPartition(id, part, PARTITIONS);
            cluster.add(
                    SampleDumps.DUMPS,
                    partition,
                    T0 + 2 * MINUTE,
                    Keys.dumpPart(id, part),
                    state(SampleDumps.opened(id, T0), DumpState.FAILED));
        }

        assertThat(scan(catalog(), 0, T0 + 10 * MINUTE))
                .extracting(StoredDump::id)
                .containsExactly(id, other);
        assertThat(unreadable).isEmpty();
        assertThat(catalog().find(id).orElseThrow().description().state()).isEqualTo("CAPTURED");
        assertThat(catalog().find(other)).isPresent();
    }

    @Test
    void shouldReadOnlyFromTheTimeOfTheDumpToItsEnd() {
        for (int i = 0; i < 300; i++) {
            whole(T0 + i * MINUTE, i);
        }
        String id = SampleDumps.id(T0 + 200 * MINUTE, 200);
        DumpCatalog catalog = catalog();

        assertThat(catalog.find(id)).isPresent();

        assertThat(cluster.consumers)
                .singleElement()
                .satisfies(consumer -> assertThat(consumer.given)
                        .as("of 900 records in 3 partitions those of ten minutes and a few")
                        .isLessThan(40));
    }

    @Test
    void shouldFindTheLastRecordOfADumpThatHasNotEnded() {
        String id = SampleDumps.id(T0, 1);
        send(id, T0, SampleDumps.opened(id, T0));
        Dump capturing = state(SampleDumps.opened(id, T0), DumpState.CAPTURING);
        send(id, T0 + 5, capturing);
        whole(T0 + MINUTE, 2);

        assertThat(catalog().find(id)).get().extracting(StoredDump::dump).isEqualTo(capturing);
    }

    @Test
    void shouldFindADumpFromWhenTheTopicHadFewerPartitions() {
        String id = SampleDumps.id(T0, 1);
        int other = (SampleDumps.partition(id, PARTITIONS) + 1) % PARTITIONS;
        cluster.add(SampleDumps.DUMPS, other, T0, Keys.dump(id), SampleDumps.opened(id, T0));

        assertThat(catalog().find(id)).isPresent();
    }

    @Test
    void shouldNotFindADumpThatIsNotThereOrWasDeleted() {
        String id = whole(T0, 1);
        String gone = SampleDumps.id(T0, 2);
        send(gone, T0, SampleDumps.opened(gone, T0));
        send(gone, T0, null);

        assertThat(catalog().find(SampleDumps.id(T0, 3))).isEmpty();
        assertThat(catalog().find(SampleDumps.id(T0 + 1_000 * MINUTE, 3))).isEmpty();
        assertThat(catalog().find(gone)).isEmpty();
        assertThat(catalog().find(id)).isPresent();
    }

    @Test
    void shouldFindADumpWhoseIdTellsNoTime() {
        String id = "00000000-0000-4000-8000-000000000001";
        send(id, T0, SampleDumps.opened(id, T0));

        assertThat(catalog().find(id)).isPresent();
    }

    @Test
    void shouldRefuseAnIdThatIsNone() {
        assertThatThrownBy(() -> catalog().find("the\nlast"))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("dump id 'the last', expected a UUID of 36 characters");
    }

    @Test
    void shouldScanOldestFirst() {
        String second = whole(T0 + MINUTE, 2);
        String first = whole(T0, 1);
        String third = whole(T0 + 2 * MINUTE, 3);
        String sameTime = whole(T0 + 2 * MINUTE, 4);

        assertThat(scan(catalog(), T0, T0 + 10 * MINUTE))
                .extracting(StoredDump::id)
                .containsExactly(first, second, third, sameTime);
        assertThat(unreadable).isEmpty();
    }

    @Test
    void shouldScanWithoutTheNotes() {
        whole(T0, 1);

        StoredDump found = scan(catalog(), T0, T0 + 1).get(0);

        assertThat(found.dump().getManifest().getNotes().remaining()).isZero();
        assertThat(found.dump().getManifest().getVmcoreinfo().remaining()).isZero();
        assertThat(found.dump().getManifest().getPresent()).containsExactly(new PfnRange(0L, (long) Chunk.PAGES));
    }

    @Test
    void shouldScanOnlyDumpsOpenedInTheRange() {
        whole(T0 - 1, 1);
        String in = whole(T0, 2);
        String lastIn = whole(T0 + MINUTE - 1, 3);
        whole(T0 + MINUTE, 4);

        assertThat(scan(catalog(), T0, T0 + MINUTE)).extracting(StoredDump::id).containsExactly(in, lastIn);
    }

    @Test
    void shouldReadOnlyTheRecordsOfTheRangeAndOfTheDayBehindIt() {
        long day = Duration.ofDays(1).toMillis();
        for (int i = 0; i < 100; i++) {
            whole(T0 + i * day, i);
        }
        DumpCatalog catalog = catalog();

        assertThat(scan(catalog, T0 + 50 * day, T0 + 52 * day)).hasSize(2);

        int given = cluster.consumers.get(0).given;
        assertThat(given)
                .as("records of three days of a hundred, and what came along")
                .isLessThan(30);
    }

    @Test
    void shouldTellADumpOnceWithItsLastRecord() {
        String id = SampleDumps.id(T0, 1);
        send(id, T0, SampleDumps.opened(id, T0));
        whole(T0 + 1, 2);
        send(id, T0 + 300 * MINUTE, state(SampleDumps.opened(id, T0), DumpState.FAILED));
        String unended = SampleDumps.id(T0 + 2, 3);
        send(unended, T0 + 2, SampleDumps.opened(unended, T0 + 2));

        assertThat(scan(catalog(), T0, T0 + MINUTE))
                .extracting(StoredDump::id, dump -> dump.dump().getState())
                .containsExactly(
                        tuple(id, DumpState.FAILED),
                        tuple(SampleDumps.id(T0 + 1, 2), DumpState.CAPTURED),
                        tuple(unended, DumpState.OPENED));
    }

    @Test
    void shouldNotScanADumpThatWasDeleted() {
        String id = whole(T0, 1);
        send(id, T0, null);

        assertThat(scan(catalog(), T0, T0 + MINUTE)).isEmpty();
    }

    @Test
    void shouldScanAllTimesThereCanBe() {
        String id = whole(T0, 1);
        List<String> found = new ArrayList<>();

        catalog().scan(Instant.MIN, Instant.MAX, dump -> found.add(dump.id()), unreadable::add);

        assertThat(found).containsExactly(id);
    }

    @Test
    void shouldGiveOutDumpsEarlyWhenTheyAreTooMany() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(whole(T0 + i, i));
        }
        String twice = ids.get(0);
        cluster.pollRecords = 1_000;
        send(twice, T0 + MINUTE, state(SampleDumps.opened(twice, T0), DumpState.FAILED));

        List<StoredDump> found = scan(catalog(60_000), T0, T0 + MINUTE);

        assertThat(found).extracting(StoredDump::id).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void shouldSayWhenDumpsThatNeverEndedAreTooMany() {
        for (int i = 0; i < 200; i++) {
            String id = SampleDumps.id(T0, i);
            send(id, T0, SampleDumps.opened(id, T0));
        }

        assertThatThrownBy(() -> scan(catalog(60_000), T0, T0 + MINUTE))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("dumps that have not ended take more than 60000 bytes of memory");
    }

    @Test
    void shouldTellOfRecordsThatCannotBeRead() {
        String good = whole(T0, 1);
        cluster.add(SampleDumps.DUMPS, 0, T0, Keys.dump(SampleDumps.id(T0, 2)), new byte[] {1});
        String wrongKey = SampleDumps.id(T0, 3);
        cluster.add(SampleDumps.DUMPS, 0, T0, "x".getBytes(StandardCharsets.UTF_8), SampleDumps.opened(wrongKey, T0));
        cluster.add(SampleDumps.DUMPS, 0, T0, null, SampleDumps.opened(wrongKey, T0));

        assertThat(scan(catalog(), T0, T0 + MINUTE)).extracting(StoredDump::id).containsExactly(good);

        assertThat(unreadable)
                .hasSize(3)
                .allMatch(line -> line.startsWith("vmcore.dumps-0 offset "))
                .anyMatch(line -> line.endsWith(": record of 1 bytes, expected at least 10"))
                .anyMatch(line -> line.endsWith("key is x, expected the dump id " + wrongKey));
    }

    @Test
    void shouldPassOverABrokenBatch() {
        String good = SampleDumps.id(T0, 1);
        cluster.add(SampleDumps.DUMPS, 0, T0, Keys.dump(good), SampleDumps.opened(good, T0));
        String lost = SampleDumps.id(T0, 2);
        cluster.breakAt(
                SampleDumps.DUMPS,
                0,
                cluster.add(SampleDumps.DUMPS, 0, T0, Keys.dump(lost), SampleDumps.opened(lost, T0)));
        String behind = SampleDumps.id(T0, 3);
        cluster.add(SampleDumps.DUMPS, 0, T0, Keys.dump(behind), SampleDumps.opened(behind, T0));

        assertThat(scan(catalog(), T0, T0 + MINUTE)).extracting(StoredDump::id).containsExactly(good, behind);
        assertThat(unreadable).singleElement().asString().startsWith("vmcore.dumps-0 offset 1 cannot be read: ");
    }

    @Test
    void shouldSayThatTheRecordOfADumpCannotBeRead() {
        refused(dump -> dump.getManifest().setPageShift(40), "pageShift is 40, expected 12 to 16");
        refused(dump -> dump.getManifest().setEndPfn(1L << 60), "endPfn is 1152921504606846976, expected 1 to 2^37");
        refused(dump -> dump.getManifest().setCpus(0), "cpus is 0, expected 1 to 2^20");
        refused(dump -> dump.getManifest().setOpenedAt(-1L), "openedAt is -1, expected 0 or more");
        refused(dump -> dump.setStripes(List.of()), "number of stripes is 0, expected 1 to 65536");
        refused(dump -> dump.getStripes().get(0).setPartition(-1), "stripe 0: partition is -1, expected 0 to 1048575");
        refused(dump -> dump.getStripes().get(0).setStripe(7), "stripe 0: number is 7, expected 0");
        refused(dump -> dump.getStripes().get(0).setFirstPfn(5L), "stripe 0: firstPfn is 5, expected a multiple of");
        refused(dump -> dump.getStripes().get(0).setEndPfn(5L), "stripe 0: endPfn is 5, expected a multiple of");
        refused(dump -> dump.getStripes().get(0).setMetadataOffset(-2L), "stripe 0: metadataOffset is -2");
        refused(dump -> dump.getStripes().get(0).setDataEnd(-9L), "stripe 0: dataEnd is -9, expected -1 or at least");
        refused(dump -> dump.getManifest().setRuleSets(List.of("a b")), "rule set is a b, expected 1 to 64 of");
        refused(
                dump -> dump.getManifest().setPresent(List.of(new PfnRange(5L, 3L))),
                "end of a present range is 3, expected 6 to 32768");
        refused(dump -> dump.setState(DumpState.UNKNOWN), "state is UNKNOWN, expected one that this version knows");
    }

    private void refused(Consumer<Dump> damage, String problem) {
        String id = SampleDumps.id(T0, 1);
        Dump dump = SampleDumps.opened(id, T0);
        damage.accept(dump);
        FakeCluster one = new FakeCluster().topic(SampleDumps.DUMPS, 1);
        one.add(SampleDumps.DUMPS, 0, T0, Keys.dump(id), dump);

        assertThatThrownBy(() -> new DumpCatalog(one::cursor, SampleDumps.DUMPS, 1 << 20).find(id))
                .isInstanceOf(ArchiveException.class)
                .hasMessageStartingWith("dump " + id + " cannot be read: vmcore.dumps-0 offset 0: dump record: ")
                .hasMessageContaining(problem);
    }

    @Test
    void shouldSayThatTheTopicIsMissing() {
        DumpCatalog catalog = new DumpCatalog(cluster::cursor, "other.dumps", 1 << 20);

        assertThatThrownBy(() -> catalog.find(SampleDumps.id(T0, 1)))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("topic other.dumps is missing, expected one made by 'topics create'");
    }
}
