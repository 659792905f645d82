// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeState;

class StoredMetadataTest {
    private static final String TOPIC = SampleDumps.METADATA;
    private static final String ID = SampleDumps.id(SampleDumps.T0, 1);

    private final FakeCluster cluster = new FakeCluster().topic(TOPIC, 2);
    private final StoredMetadata metadata = new StoredMetadata(cluster::cursor, TOPIC);

    /** What a visitor was told, one word each. */
    private static final class Seen implements StripeVisitor {
        private final List<String> words = new ArrayList<>();
        private int enough = Integer.MAX_VALUE;

        @Override
        public void opened(StripeOpened opened) {
            words.add("opened" + opened.getStripe());
        }

        @Override
        public boolean chunk(ChunkMetadata chunk) {
            words.add("chunk" + chunk.getChunk());
            return words.size() < enough;
        }

        @Override
        public void closed(StripeClosed closed) {
            words.add("closed" + closed.getStripe());
        }
    }

    /** A dump of a number of stripes of 8 chunks each, all on partition 1. */
    private static Dump dump(String id, int stripes) {
        List<StripeState> states = new ArrayList<>();
        for (int i = 0; i < stripes; i++) {
            states.add(SampleDumps.stripe(i, 8L * i * Chunk.PAGES, 8L * (i + 1) * Chunk.PAGES, 1));
        }
        return SampleDumps.dump(
                DumpState.CAPTURED, SampleDumps.manifest(id, SampleDumps.T0, 8L * stripes * Chunk.PAGES), states);
    }

    private static ChunkDescriptors chunk(long number) {
        return SampleDumps.uniform(Chunk.firstPfn(number), Chunk.PAGES, 0, -1, 0);
    }

    private StoredDump send(Dump dump) {
        for (StripeState stripe : dump.getStripes()) {
            long first = Chunk.of(stripe.getFirstPfn());
            SampleDumps.send(cluster, dump, stripe, List.of(chunk(first), chunk(first + 1), chunk(first + 5)));
        }
        return StoredDump.of(dump);
    }

    private List<String> read(StoredDump dump, int stripe) {
        Seen seen = new Seen();
        metadata.read(dump, stripe, seen);
        return seen.words;
    }

    @Test
    void shouldReadAStripeFromItsFirstRecordToItsLast() {
        StoredDump dump = send(dump(ID, 2));
        Seen seen = new Seen();

        long bytes = metadata.read(dump, 1, seen);

        assertThat(seen.words).containsExactly("opened1", "chunk8", "chunk9", "chunk13", "closed1");
        long sent = cluster.records.get(new TopicPartition(TOPIC, 1)).stream()
                .skip(5)
                .mapToLong(record -> record.serializedKeySize() + record.serializedValueSize())
                .sum();
        assertThat(bytes).isEqualTo(sent);
    }

    @Test
    void shouldPassOverRecordsOfOtherStripes() {
        Dump mine = dump(ID, 1);
        StripeState stripe = mine.getStripes().get(0);
        send(dump(SampleDumps.id(SampleDumps.T0, 7), 1));
        SampleDumps.send(cluster, mine, stripe, List.of(chunk(0)));
        long end = stripe.getMetadataEnd();
        // The end of the stripe comes once more behind another dump, and only that one is announced.
        cluster.compact(TOPIC, 1, end);
        send(dump(SampleDumps.id(SampleDumps.T0, 8), 1));
        cluster.add(TOPIC, 1, 0, null, new byte[0]);
        cluster.gap(TOPIC, 1, 4);
        stripe.setMetadataEnd(
                cluster.add(TOPIC, 1, 0, Keys.stripeClosed(ID, 0), new StripeClosed(ID, 0, 1, (long) Chunk.PAGES, 0)));

        assertThat(read(StoredDump.of(mine), 0)).containsExactly("opened0", "chunk0", "closed0");
    }

    @Test
    void shouldPassOverChunksThatWereSentTwice() {
        Dump dump = dump(ID, 1);
        StripeState stripe = dump.getStripes().get(0);
        ChunkMetadata first = SampleDumps.chunk(ID, 0, chunk(0));
        ChunkMetadata second = SampleDumps.chunk(ID, 0, chunk(1));
        SampleDumps.sendMessages(cluster, dump, stripe, List.of(first, second, first, second));

        assertThat(read(StoredDump.of(dump), 0)).containsExactly("opened0", "chunk0", "chunk1", "closed0");
    }

    @Test
    void shouldStopWhenTheVisitorHasEnough() {
        StoredDump dump = send(dump(ID, 1));
        Seen seen = new Seen();
        seen.enough = 2;

        metadata.read(dump, 0, seen);

        assertThat(seen.words).containsExactly("opened0", "chunk0");
        assertThat(read(dump, 0)).as("again from the beginning").hasSize(5);
    }

    @Test
    void shouldNotSeekWhenTheNextStripeLiesRightBehind() {
        StoredDump dump = send(dump(ID, 5));
        for (int stripe = 0; stripe < 5; stripe++) {
            assertThat(read(dump, stripe)).hasSize(5);
        }

        FakeConsumer consumer = cluster.consumers.get(0);
        assertThat(cluster.consumers).hasSize(1);
        assertThat(consumer.seeks).isEqualTo(1);
        assertThat(consumer.given).as("each record fetched once").isEqualTo(25);
    }

    @Test
    void shouldSeekBackAndFarForward() {
        StoredDump first = send(dump(ID, 1));
        for (long i = 0; i < LogCursor.NEAR + 1; i++) {
            cluster.add(TOPIC, 1, 0, null, new byte[1]);
        }
        StoredDump last = send(dump(SampleDumps.id(SampleDumps.T0, 2), 1));

        assertThat(read(last, 0)).hasSize(5);
        assertThat(read(first, 0)).hasSize(5);
        assertThat(read(last, 0)).hasSize(5);
        assertThat(cluster.consumers.get(0).seeks).isEqualTo(3);
        assertThat(cluster.consumers.get(0).given).isLessThan(30);
    }

    @Test
    void shouldReadStripesOfSeveralPartitions() {
        Dump dump = dump(ID, 2);
        dump.getStripes().get(1).setPartition(0);
        StoredDump stored = send(dump);

        assertThat(read(stored, 0)).hasSize(5);
        assertThat(read(stored, 1)).hasSize(5);
        assertThat(read(stored, 0)).hasSize(5);
    }

    @Test
    void shouldSayThatAStripeHasExpired() {
        StoredDump dump = send(dump(ID, 1));
        cluster.add(TOPIC, 1, 0, null, new byte[1]);
        cluster.expire(TOPIC, 1, 3);

        assertThatThrownBy(() -> read(dump, 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("stripe 0 of dump " + ID + ": vmcore.page-metadata-1 has no offset 0, it expired: "
                        + "the first offset there is 3");
    }

    @Test
    void shouldSayThatATopicIsNotTheOneItWas() {
        StoredDump dump = send(dump(ID, 2));
        FakeCluster other = new FakeCluster().topic(TOPIC, 2);
        StoredMetadata reader = new StoredMetadata(other::cursor, TOPIC);

        assertThatThrownBy(() -> reader.read(dump, 1, new Seen()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("has no offset 5, it ends before offset 0 and begins at 0");
    }

    @Test
    void shouldSayThatAStripeIsNotWhereItShouldBe() {
        StoredDump dump = send(dump(ID, 1));
        for (int i = 0; i < 5; i++) {
            cluster.compact(TOPIC, 1, i);
        }

        assertThatThrownBy(() -> read(dump, 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("stripe 0 of dump " + ID
                        + ": vmcore.page-metadata-1 up to offset 4 holds nothing of it, expected all its records");
    }

    @Test
    void shouldSayThatTheEndOfAStripeIsGone() {
        StoredDump dump = send(dump(ID, 1));
        cluster.compact(TOPIC, 1, 4);

        assertThatThrownBy(() -> read(dump, 0)).hasMessageContaining("up to offset 4 holds no end of it");
    }

    @Test
    void shouldSayThatAStripeWasNeverSentWhole() {
        Dump dump = dump(ID, 1);
        dump.setState(DumpState.FAILED);
        dump.getStripes().get(0).setMetadataOffset(0L);

        assertThatThrownBy(() -> read(StoredDump.of(dump), 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("was never sent whole to vmcore.page-metadata")
                .hasMessageEndingWith("which is FAILED");
        assertThatThrownBy(() -> read(StoredDump.of(dump), 1)).hasMessageContaining("has 1 stripes");
        assertThatThrownBy(() -> read(StoredDump.of(dump), -1)).hasMessageContaining("has 1 stripes");
    }

    @Test
    void shouldSayThatAPartitionIsNotThere() {
        Dump dump = dump(ID, 1);
        StoredDump stored = send(dump);
        dump.getStripes().get(0).setPartition(2);

        assertThatThrownBy(() -> read(stored, 0)).hasMessageContaining("is said to be on partition 2");
    }

    @Test
    void shouldRefuseAStripeWithoutItsBeginning() {
        StoredDump dump = send(dump(ID, 1));
        cluster.compact(TOPIC, 1, 0);

        assertThatThrownBy(() -> read(dump, 0))
                .hasMessage("stripe 0 of dump " + ID + ": vmcore.page-metadata-1 offset 1: "
                        + "record is a ChunkMetadata, expected the stripe's StripeOpened first");
    }

    @Test
    void shouldRefuseChunksThatAreNotOfTheStripe() {
        refused(SampleDumps.chunk(ID, 0, chunk(8)), "number of a chunk is 8, expected 0 to 7");
        refused(SampleDumps.chunk(ID, 0, chunk(-1)), "number of a chunk is 562949953421311, expected 0 to 7");
        refused(SampleDumps.chunk(ID, 1, chunk(0)), "stripe is 1, expected 0 as its key says");
        refused(SampleDumps.chunk("other", 0, chunk(0)), "dump id is other, expected " + ID + " as its key says");
        refused(SampleDumps.chunk(ID, 0, SampleDumps.uniform(0, 7, 0, -1, 0)), "pages of chunk 0 is 7, expected 32768");
    }

    private void refused(ChunkMetadata chunk, String problem) {
        Dump dump = dump(ID, 1);
        StripeState stripe = dump.getStripes().get(0);
        SampleDumps.sendMessages(cluster, dump, stripe, List.of());
        stripe.setMetadataEnd(cluster.add(TOPIC, 1, 0, Keys.chunk(ID, 0, 0), chunk));
        cluster.compact(TOPIC, 1, stripe.getMetadataEnd() - 1);

        assertThatThrownBy(() -> read(StoredDump.of(dump), 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessageEndingWith(problem);
    }

    @Test
    void shouldRefuseABeginningThatDoesNotFitTheDump() {
        Dump dump = dump(ID, 1);
        StripeState stripe = dump.getStripes().get(0);
        refusedOpening(dump, with(dump, 5, stripe.getEndPfn(), 1), "first page frame is 5, expected 0");
        refusedOpening(dump, with(dump, 0, 7, 1), "page frame behind the last one is 7, expected 262144");
        refusedOpening(dump, with(dump, 0, stripe.getEndPfn(), 9), "number of chunks is 9, expected 0 to 8");
        StripeOpened facts = with(dump, 0, stripe.getEndPfn(), 1);
        facts.getFacts().setFreeAreaLength(99);
        refusedOpening(dump, facts, "LENGTH(zone.free_area) is 99, expected 1 to 32");
        StripeOpened text = with(dump, 0, stripe.getEndPfn(), 1);
        text.setCrashReason("x".repeat(1025));
        refusedOpening(dump, text, "length of the crash reason is 1025, expected at most 1024");
        StripeOpened structPage = with(dump, 0, stripe.getEndPfn(), 1);
        structPage.setStructPageSize(-1);
        refusedOpening(dump, structPage, "structPageSize is -1, expected 0 or a multiple of 8 from 32 to 1024");
    }

    private static StripeOpened with(Dump dump, long firstPfn, long endPfn, int chunks) {
        StripeOpened opened = SampleDumps.stripeOpened(dump, dump.getStripes().get(0), chunks);
        opened.setFirstPfn(firstPfn);
        opened.setEndPfn(endPfn);
        return opened;
    }

    private void refusedOpening(Dump dump, StripeOpened opened, String problem) {
        StripeState stripe = dump.getStripes().get(0);
        stripe.setMetadataOffset(cluster.add(TOPIC, 1, 0, Keys.stripeOpened(ID, 0), opened));
        stripe.setMetadataEnd(cluster.add(TOPIC, 1, 0, Keys.stripeClosed(ID, 0), new StripeClosed(ID, 0, 0, 0L, 0)));

        assertThatThrownBy(() -> read(StoredDump.of(dump), 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void shouldRefuseASecondBeginningThatIsAnother() {
        Dump dump = dump(ID, 1);
        StripeState stripe = dump.getStripes().get(0);
        stripe.setMetadataOffset(
                cluster.add(TOPIC, 1, 0, Keys.stripeOpened(ID, 0), SampleDumps.stripeOpened(dump, stripe, 1)));
        stripe.setMetadataEnd(
                cluster.add(TOPIC, 1, 0, Keys.stripeOpened(ID, 0), SampleDumps.stripeOpened(dump, stripe, 2)));

        assertThatThrownBy(() -> read(StoredDump.of(dump), 0))
                .hasMessageContaining("stripe is opened a second time, and differently");
    }

    @Test
    void shouldRefuseRecordsThatAreNone() {
        Dump dump = dump(ID, 1);
        StripeState stripe = dump.getStripes().get(0);
        stripe.setMetadataOffset(cluster.add(TOPIC, 1, 0, Keys.stripeOpened(ID, 0), new byte[] {7}));
        stripe.setMetadataEnd(cluster.add(TOPIC, 1, 0, Keys.stripeClosed(ID, 0), new byte[] {7}));

        assertThatThrownBy(() -> read(StoredDump.of(dump), 0))
                .hasMessage("stripe 0 of dump " + ID
                        + ": vmcore.page-metadata-1 offset 0: record of 1 bytes, expected at least 10");
    }

    @Test
    void shouldSayWhichBatchIsBroken() {
        StoredDump dump = send(dump(ID, 1));
        cluster.breakAt(TOPIC, 1, 2);

        assertThatThrownBy(() -> read(dump, 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessageStartingWith("vmcore.page-metadata-1 offset 2 cannot be read: Record batch");
    }

    @Test
    void shouldReadWhatLiesBehindAStripeThatCannotBeRead() {
        StoredDump first = send(dump(ID, 1));
        StoredDump second = send(dump(SampleDumps.id(SampleDumps.T0, 2), 1));
        StoredDump third = send(dump(SampleDumps.id(SampleDumps.T0, 3), 1));
        cluster.expire(TOPIC, 1, 2);
        cluster.breakAt(TOPIC, 1, 7);

        assertThatThrownBy(() -> read(first, 0)).hasMessageContaining("it expired");
        assertThatThrownBy(() -> read(second, 0)).hasMessageContaining("offset 7 cannot be read");
        assertThat(read(third, 0)).hasSize(5);
    }

    @Test
    void shouldNotWaitForEverForAClusterThatGivesNothing() {
        StoredDump dump = send(dump(ID, 1));
        cluster.silent = true;

        assertThatThrownBy(() -> read(dump, 0))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("vmcore.page-metadata-1 gives no record from offset 0 on within 200 ms, "
                        + "expected some up to offset 4");
    }
}
