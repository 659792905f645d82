// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeState;

/** What topic dumps is told of a dump of several parts, and where. */
class PartCopiesTest {
    private static final long GIB = CaptureFixture.GIB_PAGES;

    private final CaptureFixture fixture = new CaptureFixture();

    private static FakeVmcore vmcore() {
        return new FakeVmcore().memory(0, 300).memory(GIB, GIB + 300).memory(2 * GIB, 2 * GIB + 300);
    }

    private List<ProducerRecord<byte[], byte[]>> copies(int part) {
        String key = part == 0 ? CaptureFixture.DUMP_ID : CaptureFixture.DUMP_ID + "/part-" + part;
        return fixture.cluster.on(FakeCluster.TOPICS.dumps()).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(key))
                .toList();
    }

    private List<Dump> told(int part) {
        return copies(part).stream()
                .map(record -> (Dump) SentDump.decode(record))
                .toList();
    }

    @Test
    void shouldTellEachPartOfTheDumpsLife() throws Exception {
        fixture.stripeBytes = 1L << 30;
        fixture.parts = 3;
        fixture.run(vmcore());

        for (int part = 0; part < 3; part++) {
            List<Dump> told = told(part);
            assertThat(told)
                    .extracting(Dump::getState)
                    .startsWith(DumpState.OPENED, DumpState.CAPTURING)
                    .endsWith(DumpState.CAPTURED);
            Dump last = told.get(told.size() - 1);
            assertThat(last).isEqualTo(fixture.last());
            assertThat(last.getManifest().getParts()).isEqualTo(3);
            assertThat(last.getStripes()).extracting(StripeState::getPart).containsExactly(0, 1, 2);
            DumpCheck.check(last, CaptureFixture.DUMP_ID, FakeCluster.PARTITIONS);
            int number = part;
            if (part > 0) {
                int expected = Keys.partPartition(CaptureFixture.DUMP_ID, part, FakeCluster.DUMP_PARTITIONS);
                assertThat(copies(part)).allMatch(record -> Objects.equals(record.partition(), expected));
            }
            assertThat(told.subList(0, told.size() - 1))
                    .as("the offsets of part %d were told before the end", number)
                    .anyMatch(dump -> dump.getStripes().get(number).getMetadataEnd() >= 0);
        }
    }

    @Test
    void shouldSendTheLogAndTheDumpsOwnRecordBeforeTheCopies() throws Exception {
        fixture.stripeBytes = 1L << 30;
        fixture.parts = 2;
        fixture.run(vmcore());

        assertThat(fixture.cluster.on(FakeCluster.TOPICS.dumps()))
                .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                .startsWith(
                        CaptureFixture.DUMP_ID + "/log", CaptureFixture.DUMP_ID, CaptureFixture.DUMP_ID + "/part-1");
    }

    @Test
    void shouldSendNoCopiesOfADumpOfOnePart() throws Exception {
        fixture.stripeBytes = 1L << 30;
        fixture.run(vmcore());

        assertThat(fixture.cluster.on(FakeCluster.TOPICS.dumps()))
                .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                .noneMatch(Keys::isDumpPart);
    }

    @Test
    void shouldTellEachPartThatTheCaptureFailed() {
        fixture.stripeBytes = 1L << 30;
        fixture.parts = 3;
        fixture.cluster.refuse(
                record -> record.topic().equals(FakeCluster.TOPICS.pageData()),
                new org.apache.kafka.common.errors.RecordTooLargeException("too large"));

        assertThatThrownBy(() -> fixture.run(vmcore())).isInstanceOf(CaptureException.class);

        for (int part = 0; part < 3; part++) {
            assertThat(told(part)).extracting(Dump::getState).endsWith(DumpState.FAILED);
        }
    }

    @Test
    void shouldTellAPartOfItsOwnOffsetsAndAllOfThemWhenItWasQuiet() throws Exception {
        fixture.parts = 4;
        long[] now = {0};
        List<StripeProgress> stripes = IntStream.range(0, 4)
                .mapToObj(part -> new StripeProgress(new Stripe(part, part * GIB, (part + 1) * GIB, 8, 0, part)))
                .toList();
        PartCopies copies = new PartCopies(
                Manifests.manifest(vmcore(), fixture.settings(), 1),
                stripes,
                FakeCluster.DUMP_PARTITIONS,
                () -> now[0]);

        assertThat(copies.all()).hasSize(4);
        assertThat(copies.withNews()).hasSize(1);
        SendFailure failure = new SendFailure(topic -> java.util.OptionalLong.empty());
        Receipt receipt = new Receipt("t", "k", 1, failure);
        stripes.get(2).dataBegun(receipt);
        assertThat(copies.withNews()).as("not acknowledged").hasSize(1);
        receipt.onCompletion(
                new org.apache.kafka.clients.producer.RecordMetadata(
                        new org.apache.kafka.common.TopicPartition("t", 0), 7, 0, 0, 0, 0),
                null);
        assertThat(copies.withNews())
                .extracting(place -> new String(place.key(), StandardCharsets.UTF_8))
                .containsExactly(CaptureFixture.DUMP_ID, CaptureFixture.DUMP_ID + "/part-2");
        assertThat(copies.withNews()).hasSize(1);

        now[0] = 29_999_999_999L;
        assertThat(copies.quiet()).isFalse();
        now[0]++;
        assertThat(copies.quiet()).isTrue();
        assertThat(copies.withNews()).hasSize(4);
        assertThat(copies.quiet()).isFalse();
    }
}
