// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Records to bytes and back, in Avro's single-object encoding. Can be used by several threads at once.
 *
 * <pre>
 *   offset  size
 *        0     2  mark: C3 01
 *        2     8  CRC-64-AVRO fingerprint of the writer's schema, little-endian
 *       10        the record in Avro's binary encoding, and nothing behind it
 * </pre>
 *
 * Known are the schemas of this program and the older versions it ships (see {@link SchemaVersions}). Records are made
 * and filled by their generated classes: Avro looks up no class by a name, so none has to be declared trusted.
 */
public final class RecordCodec {
    private static final int MARK = 0x01C3;
    private static final int HEADER_BYTES = Short.BYTES + Long.BYTES;

    private static final ThreadLocal<ExactEncoder> ENCODERS = ThreadLocal.withInitial(ExactEncoder::new);
    private static final ThreadLocal<Map<Long, Reader>> READERS = ThreadLocal.withInitial(HashMap::new);

    private RecordCodec() {}

    /** What one thread needs to read records of one writer's schema. */
    private record Reader(RecordKind kind, ResolvingDecoder fields, SliceDecoder bytes) {}

    /**
     * Encodes any of this project's records. Byte fields are copied once.
     *
     * @throws IllegalArgumentException when the record lacks a field, is no record that travels by itself, or has 2 GiB
     */
    public static byte[] encode(SpecificRecordBase message) {
        RecordKind kind = RecordKind.of(message);
        ExactEncoder encoder = ENCODERS.get();
        try {
            encoder.count();
            message.customEncode(encoder);
            if (encoder.size() > Integer.MAX_VALUE - HEADER_BYTES - Long.BYTES) {
                throw new IllegalArgumentException(
                        kind.name() + " of " + encoder.size() + " bytes, expected below 2 GiB");
            }
            ByteBuffer out =
                    ByteBuffer.allocate(HEADER_BYTES + (int) encoder.size()).order(ByteOrder.LITTLE_ENDIAN);
            out.putShort((short) MARK).putLong(kind.fingerprint());
            encoder.writeTo(out);
            message.customEncode(encoder);
            return out.array();
        } catch (NullPointerException e) {
            throw new IllegalArgumentException(kind.name() + " lacks a field that its schema demands", e);
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot fail", e);
        } finally {
            encoder.end();
        }
    }

    /**
     * Decodes a record by the schema fingerprint it begins with. Byte fields are slices of {@code bytes}, whose position
     * and limit bound what is read and are left alone.
     *
     * @throws MalformedRecordException when the bytes are no record of a known schema; never allocates more than a small
     *     multiple of their length
     */
    public static SpecificRecordBase decode(ByteBuffer bytes) throws MalformedRecordException {
        if (bytes.remaining() < HEADER_BYTES) {
            throw new MalformedRecordException(
                    "record of " + bytes.remaining() + " bytes, expected at least " + HEADER_BYTES);
        }
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        int mark = in.getShort() & 0xffff;
        if (mark != MARK) {
            throw new MalformedRecordException(String.format("record begins with 0x%04x, expected 0x%04x", mark, MARK));
        }
        return decode(in, readerOf(in.getLong()));
    }

    /** Decodes the record behind the header, as it was written by another version's schema. */
    static SpecificRecordBase decode(ByteBuffer in, SchemaVersions.Version writtenAs) throws MalformedRecordException {
        return decode(in, newReader(writtenAs));
    }

    private static SpecificRecordBase decode(ByteBuffer in, Reader reader) throws MalformedRecordException {
        SpecificRecordBase message = reader.kind().make().get();
        try {
            reader.bytes().configure(in);
            reader.fields().configure(reader.bytes());
            message.customDecode(reader.fields());
            reader.fields().drain();
        } catch (BufferUnderflowException e) {
            throw malformed(reader, in, "ends within a field", e);
        } catch (IOException | RuntimeException e) {
            throw malformed(reader, in, e.getMessage(), e);
        }
        if (in.hasRemaining()) {
            throw malformed(reader, in, in.remaining() + " bytes behind the last field, expected none", null);
        }
        return message;
    }

    private static Reader readerOf(long fingerprint) throws MalformedRecordException {
        Map<Long, Reader> readers = READERS.get();
        Reader reader = readers.get(fingerprint);
        if (reader == null) {
            SchemaVersions.Version version = SchemaVersions.byFingerprint(fingerprint);
            if (version == null) {
                throw new MalformedRecordException(String.format(
                        "record has schema fingerprint %016x, which this version does not know", fingerprint));
            }
            reader = newReader(version);
            readers.put(fingerprint, reader);
        }
        return reader;
    }

    private static Reader newReader(SchemaVersions.Version version) {
        try {
            ResolvingDecoder fields = DecoderFactory.get()
                    .resolvingDecoder(version.schema(), version.kind().schema(), null);
            return new Reader(version.kind(), fields, new SliceDecoder());
        } catch (IOException e) {
            throw new IllegalStateException("committed schema cannot be read", e);
        }
    }

    private static MalformedRecordException malformed(Reader reader, ByteBuffer in, String problem, Throwable cause) {
        String oneLine = String.valueOf(problem).replaceAll("\\s+", " ");
        return new MalformedRecordException(
                reader.kind().name() + " of " + in.limit() + " bytes, byte " + in.position() + ": " + oneLine, cause);
    }

    /** Decodes a record that must be of one type. */
    public static <T extends SpecificRecordBase> T decode(ByteBuffer bytes, Class<T> type)
            throws MalformedRecordException {
        SpecificRecordBase message = decode(bytes);
        if (!type.isInstance(message)) {
            throw new MalformedRecordException(
                    "record is a " + message.getSchema().getName() + ", expected a " + type.getSimpleName());
        }
        return type.cast(message);
    }
}
