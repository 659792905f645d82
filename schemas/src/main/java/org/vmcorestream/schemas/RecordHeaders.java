// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The headers every record carries, so that any Kafka console shows what flows: {@code dump} (dump id), {@code kind} (name of
 * the schema), {@code pfns} (first-last, where it speaks of page frames) and {@code schema} (fingerprint in hex), and what some
 * records carry besides. All text.
 */
public final class RecordHeaders {
    /** Header with the dump id. */
    public static final String DUMP = "dump";

    /** Header with the name of the record's schema. */
    public static final String KIND = "kind";

    /** Header with the page frames that the record speaks of, {@code first-last}, both inclusive. */
    public static final String PFNS = "pfns";

    /** Header with the schema's fingerprint, 16 digits of hex. */
    public static final String SCHEMA = "schema";

    /**
     * Header of a {@code PageBatch}: what of its stripe was sent up to it, itself included. Five numbers with a space between:
     * batches, pages, zero pages, stored bytes, and the digest of them all in 8 digits of hex. A capture that goes on after it was
     * cut short learns from the last one that arrived where it was.
     */
    public static final String TOTALS = "totals";

    /**
     * Header of a {@code Dump}: {@code stripe:offset} for each stripe whose pages are being sent, with a space between; the offset is
     * that of one of its latest batches that the cluster has. There is none where no batch is known.
     */
    public static final String REACHED = "reached";

    /**
     * Header of a {@code DumpFile}: offset on topic dumps of the dump's newest record that its sink knew when it ended the file. One that
     * is not complete is made again when there is a newer record.
     */
    public static final String TOLD = "told";

    private RecordHeaders() {}

    /** Adds a header. */
    public static void add(Headers headers, String name, String value) {
        headers.add(name, bytes(value));
    }

    /** The text of a header, null when there is none. */
    public static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Headers of a record that speaks of no dump. */
    public static Headers of(SpecificRecordBase message) {
        return add(new org.apache.kafka.common.header.internals.RecordHeaders(), message);
    }

    /** Headers of a record that speaks of no page frames. */
    public static Headers of(String dumpId, SpecificRecordBase message) {
        Headers headers = new org.apache.kafka.common.header.internals.RecordHeaders();
        headers.add(DUMP, bytes(dumpId));
        return add(headers, message);
    }

    private static Headers add(Headers headers, SpecificRecordBase message) {
        RecordKind kind = RecordKind.of(message);
        headers.add(KIND, bytes(kind.name()));
        headers.add(SCHEMA, bytes(HexFormat.of().toHexDigits(kind.fingerprint())));
        return headers;
    }

    /** Headers of a record that speaks of page frames {@code firstPfn} to {@code endPfn - 1}. */
    public static Headers of(String dumpId, SpecificRecordBase message, long firstPfn, long endPfn) {
        Headers headers = of(dumpId, message);
        headers.add(PFNS, bytes(firstPfn + "-" + (endPfn - 1)));
        return headers;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
