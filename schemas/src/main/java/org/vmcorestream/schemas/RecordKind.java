// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.schemas;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificRecordBase;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.ChunkVerdict;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.ExclusionStats;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PublishedRuleSet;
import org.vmcorestream.schemas.records.ReplayOutcome;
import org.vmcorestream.schemas.records.ReplayRequest;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.schemas.records.StripeProgress;
import org.vmcorestream.schemas.records.StripeVerdict;

/**
 * A schema whose records travel by themselves.
 *
 * @param name simple name of the schema
 * @param schema the schema as this program has it
 * @param fingerprint CRC-64-AVRO of its parsing form, which ignores docs
 * @param make makes an empty record of it
 */
record RecordKind(String name, Schema schema, long fingerprint, Supplier<? extends SpecificRecordBase> make) {
    /** All of them. */
    static final List<RecordKind> ALL = Stream.<Supplier<? extends SpecificRecordBase>>of(
                    Admission::new,
                    AdmissionRequest::new,
                    Alarm::new,
                    ChunkMetadata::new,
                    ChunkVerdict::new,
                    Dump::new,
                    DumpFile::new,
                    ExclusionStats::new,
                    KernelLogRecord::new,
                    PageBatch::new,
                    PublishedRuleSet::new,
                    ReplayOutcome::new,
                    ReplayRequest::new,
                    StripeClosed::new,
                    StripeEnd::new,
                    StripeOpened::new,
                    StripeProgress::new,
                    StripeVerdict::new)
            .map(RecordKind::of)
            .toList();

    private static final Map<String, RecordKind> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(RecordKind::name, Function.identity()));

    private static RecordKind of(Supplier<? extends SpecificRecordBase> make) {
        Schema schema = make.get().getSchema();
        return new RecordKind(schema.getName(), schema, SchemaNormalization.parsingFingerprint64(schema), make);
    }

    /**
     * The kind of a record.
     *
     * @throws IllegalArgumentException when it never travels by itself
     */
    static RecordKind of(SpecificRecordBase message) {
        RecordKind kind = BY_NAME.get(message.getSchema().getName());
        if (kind == null) {
            throw new IllegalArgumentException(message.getSchema().getName()
                    + " travels only as part of another record, expected one of " + names());
        }
        return kind;
    }

    private static String names() {
        return ALL.stream().map(RecordKind::name).collect(Collectors.joining(", "));
    }
}
