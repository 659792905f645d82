// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordHeaders;

/**
 * Picks the records of one stripe out of a partition, until the stripe has ended, or so many records of others came in a row that are
 * younger than the dump's last sign of life that none of its own can follow. Records are told by their headers and keys; values of others
 * are not looked at.
 */
final class OwnRecords implements PartitionLog.Visitor {
    /** So many younger records in a row: clocks of other hosts can be ahead, but those are not alone then. */
    static final int YOUNGER = 256;

    /** So long after the last sign of life a record was sent that counts as younger. */
    private static final long LATER_MILLIS = Duration.ofMinutes(1).toMillis();

    /** Takes the records of a stripe. */
    interface Taker {
        /**
         * A record.
         *
         * @param kind name of its schema
         * @param keyEnd what its key has behind dump and stripe, empty or beginning with a slash
         * @return false when the stripe has ended
         */
        boolean take(String kind, String keyEnd, ConsumerRecord<ByteBuffer, ByteBuffer> record);
    }

    private final String dumpId;
    private final String prefix;
    private final long youngAt;
    private final Taker taker;
    private int younger;

    OwnRecords(BegunDump dump, Stripe stripe, Taker taker) {
        dumpId = dump.dumpId();
        prefix = new String(Keys.stripe(dumpId, stripe.number()), StandardCharsets.UTF_8);
        youngAt = dump.toldAt() + LATER_MILLIS;
        this.taker = taker;
    }

    @Override
    public boolean record(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        String kind = RecordHeaders.text(record.headers(), RecordHeaders.KIND);
        boolean mine = dumpId.equals(RecordHeaders.text(record.headers(), RecordHeaders.DUMP))
                && kind != null
                && record.key() != null
                && record.value() != null;
        if (mine) {
            String key = StandardCharsets.UTF_8.decode(record.key().duplicate()).toString();
            younger = 0;
            boolean here =
                    key.startsWith(prefix) && (key.length() == prefix.length() || key.charAt(prefix.length()) == '/');
            return !here || taker.take(kind, key.substring(prefix.length()), record);
        }
        younger += record.timestamp() >= youngAt ? 1 : 0;
        return younger < YOUNGER;
    }
}
