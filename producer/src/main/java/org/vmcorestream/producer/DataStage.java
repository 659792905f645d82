// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.RecordHeaders;
import org.vmcorestream.schemas.records.StripeEnd;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.codec.PageCompressor;

/**
 * Sends the contents of the kept pages to page-data. Workers read, compress and encode ahead, this thread sends in order. Stripes
 * of one part go one after the other, those of different parts take turns, record by record. What is sent of a stripe does not
 * depend on the number of workers.
 *
 * <p>Pages can be prepared while later ones are still decided: as many as go round between the workers and this thread.
 */
final class DataStage implements AutoCloseable {
    private final CaptureSettings settings;
    private final PageReader reader;
    private final int pageSize;
    private final RecordSender data;
    private final DumpLife life;
    private final CaptureProgress progress;
    private final PagePipeline pipeline;

    private final Map<Integer, Lane> lanesByPart = new TreeMap<>();
    private final List<Lane> lanes = new ArrayList<>();

    /** Lane whose turn it is, and whether it has begun the task that is filled. */
    private int turn;

    private boolean begun;
    private long pagesDone;
    private long pagesTotal;

    /**
     * Starts the workers.
     *
     * @param compressors makes the compressor of each worker, in its thread
     */
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
        this.data = data;
        this.life = life;
        this.progress = progress;
        pipeline = new PagePipeline(
                settings.threads(),
                () -> new PageTask(pageSize),
                () -> new PageWorker(settings, reader, compressors.get(), pageSize));
    }

    /** Adds the next stripe, whose pages may still be decided. */
    void add(StripeProgress stripe, KeptPages kept) {
        Lane lane = lanesByPart.get(stripe.stripe().part());
        if (lane == null) {
            lane = new Lane();
            lanesByPart.put(stripe.stripe().part(), lane);
            lanes.add(lane);
        }
        lane.add(new StripeData(
                stripe,
                kept,
                reader,
                pageSize,
                Keys.stripe(settings.dumpId(), stripe.stripe().number())));
    }

    /** Hands pages to the workers as far as pages are decided and there is room; sends nothing. */
    void prepare() throws IOException {
        while (!lanes.isEmpty() && pipeline.room() != null && fill(pipeline.room())) {
            pipeline.submit();
        }
    }

    /** Fills a task with the next pages; false when no more are decided. */
    private boolean fill(PageTask task) throws IOException {
        if (!begun) {
            task.clear();
        }
        for (int tried = 0; tried < lanes.size(); tried++) {
            boolean ready = lanes.get(turn).fill(task, begun);
            begun = !ready && task.pages() > 0;
            if (begun) {
                return false;
            }
            turn = (turn + 1) % lanes.size();
            if (ready) {
                return true;
            }
        }
        return false;
    }

    /**
     * Sends the pages of all stripes and returns when the cluster has all of it.
     *
     * @param pages how many there are
     */
    void send(long pages) throws IOException, InterruptedException {
        pagesTotal = pages;
        for (prepare(); !pipeline.isEmpty(); prepare()) {
            endStripes();
            send(pipeline.oldest());
            pipeline.release();
        }
        endStripes();
        if (pagesTotal == 0 || pagesDone != pagesTotal) {
            progress.at(CaptureProgress.Stage.COPYING, pagesDone, pagesDone);
        }
        data.flush();
    }

    private void send(PageTask task) throws IOException, InterruptedException {
        Rethrown.throwIfFailed(task.await());
        Interrupts.check();
        StripeData stripe = task.stripe();
        Stripe range = stripe.progress().stripe();
        DataTotals totals = stripe.sent(task);
        RecordHeaders.add(task.headers(), RecordHeaders.TOTALS, totals.text());
        Receipt receipt = data.send(range.partition(), stripe.key(), "PageBatch", task.takeValue(), task.headers());
        if (task.sequence() == 0) {
            stripe.progress().dataBegun(life.expect(receipt));
        }
        stripe.progress().dataSent(receipt);
        life.batchSent();
        pagesDone += task.pages();
        progress.at(CaptureProgress.Stage.COPYING, pagesDone, pagesTotal);
        life.announceSome();
    }

    private void endStripes() {
        for (Lane lane : lanes) {
            for (StripeData stripe = lane.nextToEnd(); stripe != null; stripe = lane.nextToEnd()) {
                end(stripe);
            }
        }
    }

    private void end(StripeData stripe) {
        DataTotals totals = stripe.totals();
        StripeEnd end = StripeEnd.newBuilder()
                .setDumpId(settings.dumpId())
                .setStripe(stripe.number())
                .setBatches(totals.batches())
                .setPages(totals.pages())
                .setZeroPages(totals.zeroPages())
                .setPageBytes(totals.pageBytes())
                .setDigest(totals.digest())
                .build();
        Stripe range = stripe.progress().stripe();
        Receipt receipt = data.send(range.partition(), stripe.key(), end, range.firstPfn(), range.endPfn());
        if (totals.batches() == 0) {
            stripe.progress().dataBegun(life.expect(receipt));
        }
        stripe.progress().dataEnded(life.expect(receipt), totals);
    }

    /** Stops the workers. */
    @Override
    public void close() {
        pipeline.close();
    }
}
