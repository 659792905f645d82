// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.DumpCheck;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.Manifest;
import org.vmcorestream.schemas.records.StripeState;

/** A dump whose capture has begun, as topic dumps has it last. */
public final class BegunDump {
    private static final Pattern REACHED = Pattern.compile("(-?\\d{1,5}):(\\d{1,18})");

    private final Dump dump;
    private final int partition;
    private final long offset;
    private final long toldAt;
    private final Map<Integer, Long> reached = new HashMap<>();

    private BegunDump(Dump dump, ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        this.dump = dump;
        partition = record.partition();
        offset = record.offset();
        toldAt = record.timestamp();
        String text = RecordHeaders.text(record.headers(), RecordHeaders.REACHED);
        Matcher pairs = REACHED.matcher(text == null ? "" : text);
        while (pairs.find()) {
            reached.put(Integer.parseInt(pairs.group(1)), Long.parseLong(pairs.group(2)));
        }
    }

    /**
     * Of a record of topic dumps.
     *
     * @param key text of its key
     * @throws MalformedRecordException in one line, with the place of the record, when it is none of a dump
     */
    static BegunDump of(String key, ConsumerRecord<ByteBuffer, ByteBuffer> record) throws MalformedRecordException {
        try {
            // Copied, because the fields are slices that would keep a whole fetch.
            ByteBuffer value = record.value();
            ByteBuffer copy = ByteBuffer.allocate(value.remaining())
                    .put(value.duplicate())
                    .flip();
            Dump dump = RecordCodec.decode(copy, Dump.class);
            DumpCheck.check(dump, key, DumpCheck.ANY_PARTITIONS);
            if (dump.getState() == DumpState.UNKNOWN) {
                throw new MalformedRecordException(
                        "dump record: state is UNKNOWN, expected one that this version knows");
            }
            return new BegunDump(dump, record);
        } catch (MalformedRecordException e) {
            throw new MalformedRecordException(
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + OneLine.of(e), e);
        }
    }

    /** The dump id. */
    public String dumpId() {
        return manifest().getDumpId();
    }

    /** What it is, and how it is captured. */
    public Manifest manifest() {
        return dump.getManifest();
    }

    /** Whether everything of it was sent. */
    public boolean captured() {
        return dump.getState() == DumpState.CAPTURED;
    }

    /** Whether its capture said that it gave up. */
    boolean failed() {
        return dump.getState() == DumpState.FAILED;
    }

    /** Partition of topic dumps that its record lies in. */
    int partition() {
        return partition;
    }

    /** Offset of its record. */
    long offset() {
        return offset;
    }

    /** When that record was sent, milliseconds since 1970-01-01 UTC. */
    long toldAt() {
        return toldAt;
    }

    /** Number of its stripes. */
    int stripeCount() {
        return dump.getStripes().size();
    }

    /** Number of its early sequences, which count down from -1. */
    int earlyCount() {
        return dump.getEarly().size();
    }

    /** Whether pages of it are sent early. */
    boolean early() {
        return !dump.getEarly().isEmpty();
    }

    /** State of a stripe or of early pages, by its number. */
    StripeState state(int stripe) {
        return stripe < 0
                ? dump.getEarly().get(Keys.earlyStripe(stripe))
                : dump.getStripes().get(stripe);
    }

    /** Offset in page-data of one of the latest records of a stripe that the cluster had then; that of its first where none is known. */
    long reached(int stripe) {
        return Math.max(state(stripe).getDataOffset(), reached.getOrDefault(stripe, Receipt.UNKNOWN));
    }

    /**
     * Its stripes.
     *
     * @param present page frames with memory
     * @param partitions partitions of page-metadata and page-data now
     * @throws UnfitSettingsException when its stripes travel on partitions that they would not travel on now
     */
    List<Stripe> stripes(PfnRuns present, int partitions) {
        return dump.getStripes().stream()
                .map(state -> stripe(state, present, partitions))
                .toList();
    }

    /** Its early pages, one for each part; none where none are sent early. */
    List<Stripe> early(PfnRuns present, int partitions) {
        return dump.getEarly().stream()
                .map(state -> stripe(state, present, partitions))
                .toList();
    }

    private Stripe stripe(StripeState state, PfnRuns present, int partitions) {
        int number = state.getStripe();
        int partition = state.getPartition();
        long first = state.getFirstPfn();
        long end = state.getEndPfn();
        Stripe stripe = new Stripe(number, first, end, present.chunks(first, end), partition, state.getPart());
        int expected = Keys.partition(dumpId(), number, partitions);
        if (partition != expected) {
            throw new UnfitSettingsException("dump " + dumpId() + " cannot go on: " + stripe.name()
                    + " travels on partition " + partition + ", expected " + expected + " now that the topics have "
                    + partitions + " partitions; capture it anew");
        }
        return stripe;
    }
}
