// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.PageBatchIndex;
import org.vmcorestream.schemas.PageBatchIndex.Kind;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageDecompressor;

/** Reads page-data back as a sink would: pages, kinds, and totals of its own to compare with those that were sent. */
final class SentDump {
    /** Told of every page. */
    @FunctionalInterface
    interface PageListener {
        void page(long pfn, Kind kind, byte[] contents);
    }

    /** Contents of every page by page frame. */
    final Map<Long, byte[]> pages = new TreeMap<>();

    final Map<Long, Kind> kinds = new TreeMap<>();
    final List<PageBatch> batches = new ArrayList<>();
    final List<StripeEnd> ends = new ArrayList<>();

    private final CRC32C digest = new CRC32C();
    private int stripeBatches;
    private long stripePages;
    private long stripeZeros;
    private long stripeBytes;

    private final PageListener listener;

    /** Remembers nothing but the ends of stripes. */
    SentDump(PageListener listener) {
        this.listener = listener;
    }

    private SentDump() {
        listener = (pfn, kind, contents) -> {
            assertThat(pages.put(pfn, contents)).as("pfn %d sent twice", pfn).isNull();
            kinds.put(pfn, kind);
        };
    }

    /** Remembers everything that a cluster was sent. */
    static SentDump of(FakeCluster cluster) {
        SentDump dump = new SentDump();
        for (ProducerRecord<byte[], byte[]> record : cluster.on(FakeCluster.TOPICS.pageData())) {
            dump.read(record);
            if (decode(record) instanceof PageBatch batch) {
                dump.batches.add(batch);
            }
        }
        return dump;
    }

    /** Reads one record. */
    void read(ProducerRecord<byte[], byte[]> record) {
        try {
            read(decode(record));
        } catch (MalformedRecordException | VmcoreException e) {
            throw new AssertionError(e);
        }
    }

    static SpecificRecordBase decode(ProducerRecord<byte[], byte[]> record) {
        try {
            return RecordCodec.decode(ByteBuffer.wrap(record.value()));
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    private void read(SpecificRecordBase message) throws MalformedRecordException, VmcoreException {
        if (message instanceof StripeEnd end) {
            assertThat(end.getBatches()).isEqualTo(stripeBatches);
            assertThat(end.getPages()).isEqualTo(stripePages);
            assertThat(end.getZeroPages()).isEqualTo(stripeZeros);
            assertThat(end.getPageBytes()).isEqualTo(stripeBytes);
            assertThat(end.getDigest()).isEqualTo((int) digest.getValue());
            ends.add(end);
            stripeBatches = 0;
            stripePages = 0;
            stripeZeros = 0;
            stripeBytes = 0;
            digest.reset();
        } else {
            read((PageBatch) message);
        }
    }

    private void read(PageBatch batch) throws MalformedRecordException, VmcoreException {
        long stripes = ends.stream().filter(end -> end.getStripe() >= 0).count();
        assertThat(batch.getStripe()).isEqualTo(batch.getStripe() < 0 ? -1 : (int) stripes);
        assertThat(batch.getSequence()).isEqualTo(stripeBatches++);
        digest.update(batch.getIndex().duplicate());
        digest.update(batch.getData().duplicate());
        ByteBuffer data = ByteBuffer.allocateDirect(batch.getData().remaining());
        data.put(batch.getData().duplicate()).clear();
        PageBatchIndex index = new PageBatchIndex();
        index.decode(batch.getIndex(), batch.getFirstPfn(), batch.getPages(), FakeVmcore.PAGE, data.capacity());
        ByteBuffer page = ByteBuffer.allocateDirect(FakeVmcore.PAGE);
        try (PageDecompressor decompressor =
                PageDecompressor.of(PageCodec.valueOf(batch.getCodec().name()))) {
            for (int i = 0; i < index.pages(); i++) {
                byte[] bytes = new byte[FakeVmcore.PAGE];
                switch (index.kind(i)) {
                    case ZERO -> stripeZeros++;
                    case RAW -> data.get(index.offset(i), bytes);
                    case COMPRESSED -> {
                        decompressor.decompress(data, index.offset(i), index.length(i), page, 0, FakeVmcore.PAGE);
                        page.get(0, bytes);
                    }
                }
                stripePages++;
                stripeBytes += index.length(i);
                listener.page(index.pfn(i), index.kind(i), bytes);
            }
        }
    }
}
