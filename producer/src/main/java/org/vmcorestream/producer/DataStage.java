// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.PageBatch;
import org.vmcorestream.schemas.records.PageCodecName;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.codec.PageCompressor;

/**
 * Sends the contents of the kept pages to page-data. Workers read and compress ahead, this thread sends in order. What is
 * sent does not depend on the number of workers.
 */
final class DataStage {
    private final CaptureSettings settings;
    private final PageReader reader;
    private final int pageSize;
    private final Supplier<PageCompressor> compressors;
    private final RecordSender data;
    private final DumpLife life;
    private final CaptureProgress progress;
    private final PageCodecName codec;

    private List<StripeProgress> stripes;
    private List<KeptPages> kept;
    private int fillStripe;
    private KeptPages.Cursor fillCursor;

    private int sendStripe;
    private int batches;
    private long pages;
    private long zeroPages;
    private long pageBytes;
    private final CRC32C digest = new CRC32C();
    private long pagesDone;
    private long pagesTotal;

    /** @param compressors makes the compressor of each worker */
    DataStage(
            CaptureSettings settings,
            PageReader reader,
            int pageSize,
            Supplier<PageCompressor> compressors,
            RecordSender data,
            DumpLife life,
            CaptureProgress progress) {
        this.settings = settings;
        this.reader = reader;
        this.pageSize = pageSize;
        this.compressors = compressors;
        this.data = data;
        this.life = life;
        this.progress = progress;
        codec = PageCodecName.valueOf(settings.codec().name());
    }

    /** Sends the pages of all stripes and returns when the cluster has all of it. */
    void run(List<StripeProgress> stripes, List<KeptPages> kept) throws IOException, InterruptedException {
        this.stripes = stripes;
        this.kept = kept;
        pagesTotal = kept.stream().mapToLong(KeptPages::pages).sum();
        fillCursor = kept.get(0).cursor();
        try (PagePipeline pipeline = pipeline()) {
            while (true) {
                while (pipeline.room() != null && fill(pipeline.room())) {
                    pipeline.submit();
                }
                if (pipeline.isEmpty()) {
                    break;
                }
                send(pipeline.oldest());
                pipeline.release();
            }
        }
        while (sendStripe < stripes.size()) {
            endStripe();
        }
        if (pagesTotal == 0) {
            progress.at(CaptureProgress.Stage.COPYING, 0, 0);
        }
        data.flush();
    }

    private PagePipeline pipeline() {
        int bound;
        try (PageCompressor compressor = compressors.get()) {
            bound = compressor.bound(pageSize);
        }
        return new PagePipeline(
                settings.threads(),
                () -> new PageTask(pageSize, bound),
                () -> new PageWorker(reader, compressors.get(), pageSize));
    }

    /** Fills a task with the next pages; false when none are left. A task holds pages of one stripe only. */
    private boolean fill(PageTask task) throws IOException {
        while (!task.fill(fillStripe, fillCursor)) {
            if (fillStripe == kept.size() - 1) {
                return false;
            }
            fillCursor = kept.get(++fillStripe).cursor();
        }
        for (int run = 0; run < task.runs(); run++) {
            if (task.runPages(run) * pageSize >= PageWorker.HINT_BYTES) {
                reader.willNeed(task.runFirst(run), task.runPages(run));
            }
        }
        return true;
    }

    private void send(PageTask task) throws IOException, InterruptedException {
        rethrow(task.await());
        while (sendStripe < task.stripe()) {
            endStripe();
        }
        for (PageTask.Part part : task.parts()) {
            Interrupts.check();
            sendPart(task, part);
        }
        pagesDone += task.pages();
        progress.at(CaptureProgress.Stage.COPYING, pagesDone, pagesTotal);
    }

    private void sendPart(PageTask task, PageTask.Part part) {
        StripeProgress stripe = stripes.get(sendStripe);
        ByteBuffer stored = task.stored().slice(part.offset(), part.length());
        PageBatch batch = new PageBatch(
                settings.dumpId(),
                sendStripe,
                batches,
                part.firstPfn(),
                part.pages(),
                codec,
                ByteBuffer.wrap(part.index()),
                stored);
        byte[] key = Keys.stripe(settings.dumpId(), sendStripe);
        Receipt receipt = data.send(stripe.stripe().partition(), key, batch, part.firstPfn(), part.lastPfn() + 1);
        if (batches == 0) {
            stripe.dataBegun(life.expect(receipt));
        }
        digest.update(part.index());
        digest.update(stored.rewind());
        batches++;
        pages += part.pages();
        zeroPages += part.zeroPages();
        pageBytes += part.length();
        life.announceSome();
    }

    private void endStripe() {
        StripeProgress stripe = stripes.get(sendStripe);
        DataTotals totals = new DataTotals(batches, pages, zeroPages, pageBytes, (int) digest.getValue());
        StripeEnd end = StripeEnd.newBuilder()
                .setDumpId(settings.dumpId())
                .setStripe(sendStripe)
                .setBatches(totals.batches())
                .setPages(totals.pages())
                .setZeroPages(totals.zeroPages())
                .setPageBytes(totals.pageBytes())
                .setDigest(totals.digest())
                .build();
        Stripe range = stripe.stripe();
        byte[] key = Keys.stripe(settings.dumpId(), sendStripe);
        Receipt receipt = data.send(range.partition(), key, end, range.firstPfn(), range.endPfn());
        if (batches == 0) {
            stripe.dataBegun(life.expect(receipt));
        }
        stripe.dataEnded(life.expect(receipt), totals);
        sendStripe++;
        batches = 0;
        pages = 0;
        zeroPages = 0;
        pageBytes = 0;
        digest.reset();
    }

    private static void rethrow(Throwable failure) throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }
}
