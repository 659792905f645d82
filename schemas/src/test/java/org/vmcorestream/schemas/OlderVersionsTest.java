// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;

/** Records of other versions are read by what both versions know. */
class OlderVersionsTest {
    @Test
    void shouldFillInTheDefaultOfAFieldThatAnOlderWriterDidNotHave() throws Exception {
        RecordKind kind = RecordKind.of(new StripeOpened());
        Schema older = SchemaVersions.released(1, kind.name());
        GenericRecord facts = new GenericData.Record(older.getField("facts").schema());
        facts.put("pageShift", 12);
        facts.put("freeAreaLength", 11);
        facts.put("headMask", 64);
        facts.put("lru", 5);
        GenericRecord message = new GenericData.Record(older);
        message.put("dumpId", "d");
        message.put("stripe", 3);
        message.put("firstPfn", 0L);
        message.put("endPfn", 9L);
        message.put("chunks", 1);
        message.put("facts", facts);
        message.put("ruleSets", List.of("level-1"));
        message.put("kernelRelease", "6.1");
        message.put("tenant", "t");
        message.put("host", "h");
        StripeOpened read = (StripeOpened) decode(message, kind);
        assertThat(read.getCrashReason()).isEmpty();
        assertThat(read.getStripes()).isZero();
        assertThat(read.getTenant()).isEqualTo("t");
        assertThat(read.getHost()).isEqualTo("h");
        assertThat(read.getFacts().getLru()).isEqualTo(5);
        assertThat(read.getRuleSets()).containsExactly("level-1");
    }

    @Test
    void shouldReadADumpOfAVersionWithoutEarlyPages() throws Exception {
        RecordKind kind = RecordKind.of(new Dump());
        Dump written = (Dump) RandomRecords.next(kind, new Random(11));
        Schema older = SchemaVersions.released(4, kind.name());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        GenericRecord message = new GenericData.Record(older);
        SpecificData data = written.getSpecificData();
        for (Schema.Field field : older.getFields()) {
            message.put(field.name(), written.get(field.name()));
        }
        new SpecificDatumWriter<GenericRecord>(older, data).write(message, encoder);
        Dump read =
                (Dump) RecordCodec.decode(ByteBuffer.wrap(out.toByteArray()), new SchemaVersions.Version(kind, older));
        assertThat(read.getEarly()).isEmpty();
        assertThat(read.getManifest()).isEqualTo(written.getManifest());
        assertThat(read.getStripes()).isEqualTo(written.getStripes());
    }

    @Test
    void shouldPassOverAFieldThatOnlyANewerWriterHas() throws Exception {
        RecordKind kind = RecordKind.of(new StripeClosed());
        Schema newer = new Schema.Parser()
                .parse(
                        kind.schema()
                                .toString()
                                .replace(
                                        "{\"name\":\"pages\"",
                                        "{\"name\":\"added\",\"type\":{\"type\":\"array\",\"items\":\"bytes\"}},{\"name\":\"pages\""));
        GenericRecord message = new GenericData.Record(newer);
        message.put("dumpId", "d");
        message.put("stripe", 1);
        message.put("chunks", 2);
        message.put("added", List.of(ByteBuffer.wrap(new byte[5]), ByteBuffer.wrap(new byte[0])));
        message.put("pages", 3L);
        message.put("digest", 4);
        assertThat(decode(message, kind)).isEqualTo(new StripeClosed("d", 1, 2, 3L, 4));
    }

    @Test
    void shouldReadASymbolThatOnlyANewerWriterHasAsUnknown() throws Exception {
        RecordKind kind = RecordKind.of(new PageBatch());
        Schema newer = new Schema.Parser().parse(kind.schema().toString().replace("\"LZ4\"", "\"LZ4\",\"BROTLI\""));
        GenericRecord message = new GenericData.Record(newer);
        message.put("dumpId", "d");
        message.put("stripe", 1);
        message.put("sequence", 2);
        message.put("firstPfn", 3L);
        message.put("pages", 4);
        message.put("codec", new GenericData.EnumSymbol(newer.getField("codec").schema(), "BROTLI"));
        message.put("index", ByteBuffer.wrap(new byte[] {1}));
        message.put("data", ByteBuffer.wrap(new byte[] {2}));
        assertThat(((PageBatch) decode(message, kind)).getCodec()).isEqualTo(PageCodecName.UNKNOWN);
    }

    private static Object decode(GenericRecord message, RecordKind kind) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(message.getSchema()).write(message, encoder);
        return RecordCodec.decode(
                ByteBuffer.wrap(out.toByteArray()), new SchemaVersions.Version(kind, message.getSchema()));
    }

    /** The schema without one of its fields. */
    private static Schema without(Schema schema, String name) {
        List<Schema.Field> fields = schema.getFields().stream()
                .filter(field -> !field.name().equals(name))
                .map(field -> new Schema.Field(field, field.schema()))
                .toList();
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }
}
