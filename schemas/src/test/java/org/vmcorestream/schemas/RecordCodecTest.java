// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeClosed;

class RecordCodecTest {
    private static final int HEADER = 10;

    static List<RecordKind> kinds() {
        return RecordKind.ALL;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldRoundTripRandomRecords(RecordKind kind) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            SpecificRecordBase message = RandomRecords.next(kind, random);
            byte[] bytes = RecordCodec.encode(message);
            assertThat(RecordCodec.decode(ByteBuffer.wrap(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(message);
            byte[] apart = new byte[bytes.length + 20];
            System.arraycopy(bytes, 0, apart, 7, bytes.length);
            ByteBuffer within = ByteBuffer.wrap(apart, 7, bytes.length);
            assertThat(RecordCodec.decode(within)).as("seed %d", seed).isEqualTo(message);
            assertThat(within.position()).isEqualTo(7);
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            assertThat(RecordCodec.decode(direct)).as("seed %d", seed).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldWriteTheSameBytesAsAvro(RecordKind kind) throws Exception {
        Random random = new Random(4711);
        for (int i = 0; i < 50; i++) {
            SpecificRecordBase message = RandomRecords.next(kind, random);
            ByteBuffer avro =
                    (ByteBuffer) message.getClass().getMethod("toByteBuffer").invoke(message);
            assertThat(ByteBuffer.wrap(RecordCodec.encode(message))).isEqualTo(avro);
            assertThat(RecordCodec.decode(avro)).isEqualTo(message);
        }
    }

    @Test
    void shouldSliceBytesFromTheRecordInsteadOfCopying() throws Exception {
        PageBatch batch = new PageBatch(
                "d", 0, 0, 0L, 1, PageCodecName.ZSTD, ByteBuffer.wrap(new byte[3]), ByteBuffer.wrap(new byte[100_000]));
        byte[] bytes = RecordCodec.encode(batch);
        PageBatch read = RecordCodec.decode(ByteBuffer.wrap(bytes), PageBatch.class);
        assertThat(read.getData().array()).isSameAs(bytes);
        assertThat(read.getIndex().array()).isSameAs(bytes);
        assertThat(read.getData().arrayOffset() + read.getData().limit()).isEqualTo(bytes.length);
    }

    @Test
    void shouldLeavePositionsOfEncodedBuffersAlone() {
        ByteBuffer data = ByteBuffer.wrap(new byte[100], 10, 50);
        RecordCodec.encode(new ChunkMetadata("d", 0, 0L, 1, data, ByteBuffer.allocate(0)));
        assertThat(data.position()).isEqualTo(10);
        assertThat(data.limit()).isEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldRefuseTrailingGarbage(RecordKind kind) {
        byte[] bytes = RecordCodec.encode(RandomRecords.next(kind, new Random(1)));
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(longer)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage(kind.name() + " of " + longer.length + " bytes, byte " + bytes.length
                        + ": 1 bytes behind the last field, expected none");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldRefuseEveryPrefixOfARecord(RecordKind kind) {
        byte[] bytes = RecordCodec.encode(RandomRecords.next(kind, new Random(2)));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer prefix = ByteBuffer.wrap(bytes, 0, length);
            assertThatThrownBy(() -> RecordCodec.decode(prefix)).isInstanceOf(MalformedRecordException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldSurviveDamagedRecords(RecordKind kind) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = RecordCodec.encode(RandomRecords.next(kind, random));
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[HEADER + random.nextInt(bytes.length - HEADER)] = (byte) random.nextInt();
            }
            try {
                assertThat(RecordCodec.decode(ByteBuffer.wrap(bytes))).isNotNull();
            } catch (MalformedRecordException e) {
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .startsWith(kind.name())
                        .doesNotContain("\n");
            }
        }
    }

    @Test
    void shouldRefuseAStringThatClaimsGigabytes() {
        byte[] bytes = withBody(
                new ChunkMetadata("d", 0, 0L, 1, ByteBuffer.allocate(0), ByteBuffer.allocate(0)),
                0xfe,
                0xff,
                0xff,
                0xff,
                0x0f,
                0);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("length is 2147483647, expected 0 to the 1 bytes left");
    }

    @Test
    void shouldRefuseANegativeLength() {
        byte[] bytes =
                withBody(new ChunkMetadata("d", 0, 0L, 1, ByteBuffer.allocate(0), ByteBuffer.allocate(0)), 0x01, 0, 0);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("length is -1");
    }

    @Test
    void shouldRefuseAnArrayThatClaimsAHundredMillionItems() {
        ChunkVerdict empty = new ChunkVerdict("", "", 0, 0L, 1, List.of(), ByteBuffer.allocate(0), List.of());
        byte[] bytes = withBody(empty, 0, 0, 0, 0, 2, 0x80, 0x84, 0xaf, 0x5f, 0, 0);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("array of 100000000 items, expected at most one for each of the 2 bytes left");
    }

    @Test
    void shouldRefuseAnArrayBlockWithTheLowestCount() {
        ChunkVerdict empty = new ChunkVerdict("", "", 0, 0L, 1, List.of(), ByteBuffer.allocate(0), List.of());
        byte[] bytes =
                withBody(empty, 0, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0, 0, 0);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("array of -9223372036854775808 items");
    }

    @Test
    void shouldReadArraysInSizedBlocks() throws Exception {
        ChunkVerdict empty = new ChunkVerdict("", "", 0, 0L, 1, List.of(), ByteBuffer.allocate(0), List.of());
        byte[] bytes = withBody(empty, 0, 0, 0, 0, 2, 0x03, 0x06, 0, 2, 'a', 2, 2, 'b', 0, 0, 0);
        assertThat(RecordCodec.decode(ByteBuffer.wrap(bytes), ChunkVerdict.class)
                        .getReasons())
                .containsExactly("", "a", "b");
    }

    @Test
    void shouldRefuseAnEnumSymbolThatDoesNotExist() {
        byte[] bytes = RecordCodec.encode(RandomRecords.next(RecordKind.of(new Dump()), new Random(3)));
        bytes[HEADER] = (byte) 0x9a;
        bytes[HEADER + 1] = 0;
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class);
    }

    @Test
    void shouldRefuseAnIntOfMoreThan32Bits() {
        byte[] bytes = withBody(new StripeClosed("", 0, 0, 0L, 0), 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0, 0);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("expected 32 bits");
    }

    @Test
    void shouldRefuseAnUnknownFingerprint() {
        byte[] bytes = RecordCodec.encode(new StripeClosed("", 0, 0, 0L, 0));
        bytes[5] ^= 1;
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("schema fingerprint")
                .hasMessageContaining("does not know");
    }

    @Test
    void shouldRefuseWhatIsNoSingleObjectEncoding() {
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap("{\"state\": 1}".getBytes())))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("record begins with 0x227b, expected 0x01c3");
    }

    @Test
    void shouldRefuseAnotherKindThanAskedFor() {
        byte[] bytes = RecordCodec.encode(new StripeClosed("", 0, 0, 0L, 0));
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes), ChunkMetadata.class))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("record is a StripeClosed, expected a ChunkMetadata");
    }

    @Test
    void shouldRefuseToEncodeARecordThatLacksAField() {
        assertThatThrownBy(() -> RecordCodec.encode(new StripeClosed()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("StripeClosed lacks a field");
    }

    @Test
    void shouldRefuseToEncodeAPartOfARecord() {
        assertThatThrownBy(() -> RecordCodec.encode(new Manifest()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Manifest travels only as part of another record");
    }

    @Test
    void shouldWorkAgainAfterAFailure() throws Exception {
        StripeClosed message = new StripeClosed("x", 1, 2, 3L, 4);
        byte[] bytes = RecordCodec.encode(message);
        assertThatThrownBy(() -> RecordCodec.decode(ByteBuffer.wrap(bytes, 0, bytes.length - 1)))
                .isInstanceOf(MalformedRecordException.class);
        assertThat(RecordCodec.decode(ByteBuffer.wrap(bytes))).isEqualTo(message);
    }

    private static byte[] withBody(SpecificRecordBase kind, int... body) {
        byte[] bytes = Arrays.copyOf(RecordCodec.encode(kind), HEADER + body.length);
        for (int i = 0; i < body.length; i++) {
            bytes[HEADER + i] = (byte) body[i];
        }
        return bytes;
    }
}
