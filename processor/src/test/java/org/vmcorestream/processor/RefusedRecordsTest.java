// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vmcorestream.processor.StripeFixture.ANON;
import static org.vmcorestream.processor.StripeFixture.DUMP;
import static org.vmcorestream.processor.StripeFixture.KEPT;
import static org.vmcorestream.processor.StripeFixture.append;
import static org.vmcorestream.processor.StripeFixture.chunk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmcorestream.rules.BuiltInRuleSets;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeProgress;
import org.vmcorestream.schemas.records.StripeVerdict;

/** What cannot be processed goes to the dead letters, with what is wrong, and stops nothing else. */
class RefusedRecordsTest {
    private static final String OTHER = "01932c07-a3b2-7c4d-8e5f-665544332211";

    @TempDir
    private Path stateDir;

    private Bench bench;

    @BeforeEach
    void begin() {
        bench = new Bench(List.of(BuiltInRuleSets.level(31)), Duration.ofDays(7), stateDir);
    }

    @AfterEach
    void end() {
        bench.close();
    }

    @Test
    void shouldBuryARecordAsReceivedWithWhereItWasAndWhatIsWrong() {
        byte[] value = "{\"hello\": 1}".getBytes(StandardCharsets.UTF_8);
        bench.send(KeptAside.message());
        bench.send(value, new RecordHeaders().add("x", new byte[] {7}).add("problem", new byte[] {8}));
        List<TestRecord<byte[], byte[]>> letters = bench.deadLetters();
        assertThat(letters).hasSize(1);
        TestRecord<byte[], byte[]> letter = letters.get(0);
        assertThat(letter.key()).isEqualTo("key".getBytes(StandardCharsets.UTF_8));
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.headers().lastHeader("x").value()).containsExactly(7);
        assertThat(Bench.header(letter, "problem")).isEqualTo("record begins with 0x227b, expected 0x01c3");
        assertThat(letter.headers().headers("problem")).hasSize(1);
        assertThat(Bench.header(letter, "topic")).isEqualTo("vmcore.page-metadata");
        assertThat(Bench.header(letter, "partition")).isEqualTo("0");
        assertThat(Bench.header(letter, "offset")).isEqualTo("1");
    }

    /** A record that is fine, so that the bad one behind it does not have offset 0. */
    private static final class KeptAside {
        private static StripeOpened message() {
            return new StripeFixture(OTHER, 7, 0, Chunk.PAGES, 1).opened();
        }
    }

    @Test
    void shouldCutAValueThatNoTopicTakes() {
        bench.send(new byte[DeadLetters.MAX_VALUE_BYTES + 1], new RecordHeaders());
        TestRecord<byte[], byte[]> letter = bench.deadLetters().get(0);
        assertThat(letter.value()).hasSize(DeadLetters.MAX_VALUE_BYTES);
        assertThat(Bench.header(letter, "cut")).isEqualTo("6291457");
    }

    @Test
    void shouldPassOverTombstones() {
        bench.send((byte[]) null, new RecordHeaders());
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldTakeARecordFromTheFutureAsOfNow() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.sendAt(RecordCodec.encode(stripe.opened()), Bench.NOW.toEpochMilli() + 3_600_000);
        bench.sendAt(RecordCodec.encode(stripe.chunk(0, KEPT)), Bench.NOW.toEpochMilli() + 3_600_000);
        assertThat(bench.verdictRecords().get(0).timestamp()).isEqualTo(Bench.NOW.toEpochMilli());
    }

    @Test
    void shouldRefuseRecordsOfOtherTopics() {
        bench.send(new StripeVerdict(DUMP, "level-31", 0, 1, 1, true, List.of(), 0L, 0L, -1L, 0L, 0L, 0L, List.of()));
        assertThat(bench.problems())
                .containsExactly("record is a StripeVerdict, expected a StripeOpened, ChunkMetadata or StripeClosed");
    }

    @Test
    void shouldRefuseChunksOfAStripeThatIsNotOpen() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.chunk(0, KEPT), stripe.closed());
        assertThat(bench.problems())
                .containsExactly(
                        "chunk 0 of stripe 0 of dump " + DUMP + ", which is not open, expected its StripeOpened first",
                        "end of stripe 0 of dump " + DUMP + ", which is not open, expected its StripeOpened first");
        assertThat(bench.verdictRecords()).isEmpty();
    }

    @Test
    void shouldRefuseAStripeOpenedASecondTimeDifferently() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened(), stripe.opened("level-0"), stripe.chunk(0, ANON));
        assertThat(bench.problems())
                .containsExactly(
                        "stripe 0 of dump " + DUMP + " is opened a second time, and differently; expected its chunks");
        assertThat(VerdictTopologyTest.text(bench.verdicts(ChunkVerdict.class).get(0)))
                .isEqualTo("level-31 chunk 0: user*32768");
    }

    @Test
    void shouldRefuseAChunkWithTheWrongNumberOfPagesAndSayThatItIsMissing() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        bench.send(stripe.opened(), stripe.chunk(append(chunk(0), KEPT, 5)), stripe.chunk(1, KEPT), stripe.closed());
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getChunks()).isEqualTo(1);
        assertThat(total.getChunksExpected()).isEqualTo(2);
        List<String> problems = bench.problems();
        assertThat(problems).hasSize(2);
        assertThat(problems.get(0)).isEqualTo("chunk 0 of stripe 0 of dump " + DUMP + " has 5 pages, expected 32768");
        assertThat(problems.get(1))
                .startsWith("stripe 0 of dump " + DUMP + " ends with 2 chunks, 1 decided, expected 2 of both; ")
                .contains("ends with 32773 pages, expected the 32768 decided; ")
                .contains("ends with digest ");
    }

    @Test
    void shouldRefuseAChunkWhoseDescriptorsDoNotFit() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        ChunkMetadata chunk = stripe.chunk(0, KEPT);
        chunk.setDescriptors(ByteBuffer.wrap(new byte[] {9}));
        bench.send(stripe.opened(), chunk);
        assertThat(bench.problems())
                .containsExactly("chunk 0 of stripe 0 of dump " + DUMP
                        + ": descriptors, byte 0: format version is 9, expected 1");
    }

    @Test
    void shouldRefuseAChunkOutsideItsStripe() {
        StripeFixture stripe = new StripeFixture(DUMP, 1, 8L << Chunk.SHIFT, 16L << Chunk.SHIFT, 8);
        ChunkMetadata negative = stripe.chunk(8, KEPT);
        negative.setChunk(-1L);
        bench.send(stripe.opened(), stripe.chunk(16, KEPT), stripe.chunk(7, KEPT), negative);
        assertThat(bench.problems())
                .containsExactly(
                        "chunk 16 of stripe 1 of dump " + DUMP + " is outside its stripe, expected 8 to 15",
                        "chunk 7 of stripe 1 of dump " + DUMP + " is outside its stripe, expected 8 to 15",
                        "chunk -1 of stripe 1 of dump " + DUMP + " is outside its stripe, expected 8 to 15");
    }

    @Test
    void shouldRefuseMoreChunksThanAnnounced() {
        StripeFixture stripe = new StripeFixture(DUMP, 0, 0, 8L << Chunk.SHIFT, 1);
        bench.send(stripe.opened(), stripe.chunk(0, KEPT), stripe.chunk(1, KEPT));
        assertThat(bench.problems())
                .containsExactly("chunk 1 of stripe 0 of dump " + DUMP + " is one more than the 1 announced");
    }

    @Test
    void shouldSayThatAChunkIsMissingWhenTheDigestDiffers() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        var opened = stripe.opened();
        var first = stripe.chunk(0, KEPT);
        var second = stripe.chunk(1, ANON);
        StripeClosed closed = stripe.closed();
        closed.setDigest(closed.getDigest() ^ 1);
        bench.send(opened, first, second, closed);
        StripeVerdict total = bench.verdicts(StripeVerdict.class).get(0);
        assertThat(total.getChunks()).isEqualTo(2);
        assertThat(total.getChunksExpected()).isEqualTo(3);
        assertThat(bench.problems()).singleElement().asString().contains("ends with digest ");
        assertThat(bench.store().approximateNumEntries()).isZero();
    }

    @Test
    void shouldApplyTheRuleSetsItKnowsAndNameThoseItDoesNot() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened("nonsense", "level-0", "level-32"), stripe.chunk(0, ANON));
        assertThat(bench.problems())
                .containsExactly("stripe 0 of dump " + DUMP + " asks for rule set 'nonsense', which is not known; "
                        + "stripe 0 of dump " + DUMP + " asks for rule set 'level-32', which is not known");
        assertThat(bench.verdicts(ChunkVerdict.class)).hasSize(1);
    }

    @Test
    void shouldNotOpenAStripeOfWhichNoRuleSetIsKnown() {
        bench.send(StripeFixture.ofChunks(1).opened("nonsense"));
        assertThat(bench.problems()).hasSize(1);
        assertThat(bench.store().approximateNumEntries()).isZero();
    }

    @Test
    void shouldRefuseAnnouncementsThatMakeNoSense() {
        refuse(opened -> opened.setStripe(-1), "stripe -1 of dump " + DUMP + ", expected a stripe of 0 or more");
        refuse(opened -> opened.setFirstPfn(1L), "begins at page frame 1, expected a multiple of 32768");
        refuse(opened -> opened.setFirstPfn(-32_768L), "begins at page frame -32768, expected a multiple of 32768");
        refuse(opened -> opened.setEndPfn(0L), "ends at page frame 0, expected 1 to 4503599627370496");
        refuse(opened -> opened.setEndPfn(Long.MAX_VALUE), "ends at page frame 9223372036854775807, expected");
        refuse(opened -> opened.setChunks(2), "announces 2 chunks, expected 0 to 1");
        refuse(opened -> opened.setChunks(-1), "announces -1 chunks, expected 0 to 1");
        refuse(opened -> opened.setHost("h".repeat(1_025)), "has a host of 1025 characters, expected at most 1024");
        refuse(opened -> opened.setDumpId("a/b"), "dump id 'a/b', expected a UUID of 36 characters");
        refuse(opened -> opened.setDumpId("a\nb"), "dump id 'a?b', expected a UUID of 36 characters");
        refuse(
                opened -> opened.setRuleSets(Collections.nCopies(33, "level-1")),
                "asks for 33 rule sets, expected at most 32");
        refuse(opened -> opened.getFacts().setLru(32), "page facts: NUMBER(PG_lru) is 32, expected 0 to 31");
        refuse(opened -> opened.getFacts().setPageShift(3), "page facts: page shift is 3, expected 12 to 16");
        assertThat(bench.store().approximateNumEntries()).isZero();
    }

    private void refuse(Consumer<StripeOpened> damage, String problem) {
        StripeOpened opened = StripeFixture.ofChunks(1).opened();
        damage.accept(opened);
        bench.send(opened);
        assertThat(bench.problems())
                .singleElement()
                .asString()
                .contains(problem)
                .doesNotContain("\n");
    }

    @Test
    void shouldRefuseOneStripeMoreThanCanBeOpen() {
        for (int i = 0; i <= OpenStripes.MAX_OPEN; i++) {
            bench.send(new StripeFixture(DUMP, i, 0, Chunk.PAGES, 1).opened());
        }
        assertThat(bench.problems())
                .containsExactly(
                        "stripe 4096 of dump " + DUMP + " is one more than the 4096 that can be open on a partition");
        StripeFixture first = StripeFixture.ofChunks(1);
        bench.send(first.chunk(0, KEPT), first.closed());
        bench.send(new StripeFixture(DUMP, 4096, 0, Chunk.PAGES, 1).opened());
        assertThat(bench.problems()).isEmpty();
    }

    @Test
    void shouldGoOnWithOtherStripesWhileOneIsPoisoned() {
        StripeFixture good = StripeFixture.ofChunks(2);
        StripeFixture bad = new StripeFixture(OTHER, 0, 0, 2L << Chunk.SHIFT, 2);
        ChunkMetadata poison = bad.chunk(0, KEPT);
        poison.setDescriptors(ByteBuffer.wrap(new byte[] {1, 1, 2, 3}));
        bench.send(good.opened(), bad.opened(), good.chunk(0, ANON), poison, good.chunk(1, KEPT));
        bench.send(new byte[] {(byte) 0xc3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new RecordHeaders());
        bench.send(bad.chunk(1, ANON), good.closed(), bad.closed());
        List<StripeVerdict> totals = bench.verdicts(StripeVerdict.class);
        assertThat(totals).hasSize(2);
        assertThat(totals.get(0).getChunks())
                .isEqualTo(totals.get(0).getChunksExpected())
                .isEqualTo(2);
        assertThat(totals.get(1).getChunks()).isEqualTo(1);
        assertThat(totals.get(1).getChunksExpected()).isEqualTo(2);
        assertThat(bench.problems()).hasSize(3);
    }

    @Test
    void shouldDropAStripeThatNeverEnds() {
        StripeFixture stripe = StripeFixture.ofChunks(2);
        bench.send(stripe.opened());
        bench.advance(Duration.ofDays(6));
        bench.send(stripe.chunk(0, KEPT));
        bench.advance(Duration.ofDays(6));
        assertThat(bench.store().approximateNumEntries()).isEqualTo(1);
        bench.advance(Duration.ofDays(2));
        assertThat(bench.store().approximateNumEntries()).isZero();
        bench.send(stripe.chunk(1, KEPT));
        assertThat(bench.problems()).singleElement().asString().contains("which is not open");
    }

    @Test
    void shouldRefuseChunksOfAStripeWhoseStateIsDamagedUntilItIsOpenedAnew() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.store().put(DUMP + "/0", new byte[] {1, 2, 3});
        bench.send(stripe.chunk(0, KEPT));
        assertThat(bench.problems())
                .containsExactly(
                        "state of stripe " + DUMP + "/0 cannot be read: record of 3 bytes, expected at least 10");
        StripeFixture again = StripeFixture.ofChunks(1);
        bench.send(again.opened(), again.chunk(0, KEPT), again.closed());
        assertThat(bench.problems()).hasSize(1);
        assertThat(bench.verdicts(StripeVerdict.class).get(0).getChunks()).isEqualTo(1);
    }

    @Test
    void shouldRefuseAStateOfARuleSetThatIsGone() {
        StripeFixture stripe = StripeFixture.ofChunks(1);
        bench.send(stripe.opened());
        var progress = (StripeProgress) Bench.decode(bench.store().get(DUMP + "/0"));
        progress.getRuleSets().get(0).setRuleSet("gone");
        bench.close();
        bench = new Bench(List.of(BuiltInRuleSets.level(31)), Duration.ofDays(7), stateDir);
        bench.store().put(DUMP + "/0", RecordCodec.encode(progress));
        bench.send(stripe.chunk(0, KEPT));
        assertThat(bench.problems())
                .containsExactly(
                        "state of stripe 0 of dump " + DUMP + " is of rule set 'gone', which is no longer known");
    }
}
