// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.KernelLogRecord;
import org.vmcorestream.schemas.records.Manifest;

/**
 * Tells the topic dumps how a capture goes: OPENED, CAPTURING whenever an offset became known, CAPTURED or FAILED. Belongs
 * to the capturing thread.
 *
 * <p>Of a dump of several parts each further part has its copy, see {@link PartCopies}.
 */
final class DumpLife {
    private static final Logger LOG = LoggerFactory.getLogger(DumpLife.class);

    /**
     * Between two announcements: each repeats the manifest. Sinks learn from them where pages begin, so it is short; there are at
     * most four for each stripe anyway.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** After so long without an announcement the last one is made again: a capture that waits is not one that stalls. */
    private static final long ALIVE_NANOS = TimeUnit.SECONDS.toNanos(15);

    /**
     * After so many records of page-data it is announced how far they are, so that a capture that goes on after it was cut short has
     * no more than so many of its own to read.
     */
    private static final int REACHED_BATCHES = 256;

    private static final long LAST_WORD_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final RecordSender dumps;
    private final Manifest manifest;
    private final List<StripeProgress> early;
    private final List<StripeProgress> stripes;
    private final List<StripeProgress> all;
    private final LongSupplier nanoClock;
    private final PartCopies copies;

    /** Receipts whose offsets are to be announced, in the order in which they come in. */
    private final Queue<Receipt> awaited = new ArrayDeque<>();

    private boolean opened;
    private int batches;
    private boolean news;
    private boolean announced;
    private long announcedAt;

    /**
     * @param early early pages of each part; none where none are sent early
     * @param partitions partitions of topic dumps
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    DumpLife(
            RecordSender dumps,
            Manifest manifest,
            List<StripeProgress> early,
            List<StripeProgress> stripes,
            int partitions,
            LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.dumps = dumps;
        this.manifest = manifest;
        this.early = early;
        this.stripes = stripes;
        all = Stream.concat(early.stream(), stripes.stream()).toList();
        copies = new PartCopies(manifest, all, partitions, nanoClock);
    }

    /** Sends the kernel log, then the manifest, and waits until the cluster has each. */
    void open(KernelLogRecord log) {
        dumps.send(Keys.kernelLog(manifest.getDumpId()), log);
        dumps.flush();
        send(DumpState.OPENED, "");
        dumps.flush();
        opened = true;
    }

    /** Says that a capture that was cut short goes on, and waits until the cluster has that. */
    void goOn() {
        send(DumpState.CAPTURING, "");
        dumps.flush();
        opened = true;
    }

    /** Remembers that the offset of a record is to be announced. */
    Receipt expect(Receipt receipt) {
        awaited.add(receipt);
        return receipt;
    }

    /** Counts a record that was sent to page-data. */
    void batchSent() {
        batches++;
    }

    /** Announces offsets that became known since the last call; a little later where calls are many. */
    void announceSome() {
        poll();
        news |= announced && batches >= REACHED_BATCHES;
        long since = nanoClock.getAsLong() - announcedAt;
        if (news && (!announced || since >= PAUSE_NANOS) || announced && since >= ALIVE_NANOS) {
            announce();
        }
    }

    /** Announces what became known, and after some time that the capture is alive. */
    void keepAlive() {
        poll();
        if (news || !announced || nanoClock.getAsLong() - announcedAt >= ALIVE_NANOS) {
            announce();
        }
    }

    /** Announces all offsets that became known, at once. */
    void announceAll() {
        poll();
        if (news) {
            announce();
        }
    }

    private void poll() {
        while (!awaited.isEmpty() && awaited.peek().acknowledged()) {
            awaited.remove();
            news = true;
        }
    }

    private void announce() {
        send(DumpState.CAPTURING, "");
        batches = 0;
        news = false;
        announced = true;
        announcedAt = nanoClock.getAsLong();
    }

    /**
     * Says that everything was sent, and waits until the cluster has it.
     *
     * @throws CaptureException when the cluster did not tell where it put what
     */
    void captured() {
        for (StripeProgress stripe : all) {
            stripe.requireOffsets();
        }
        send(DumpState.CAPTURED, "");
        dumps.flush();
    }

    /**
     * Says that nothing more will come, if anything came at all. The cluster may be what failed: it gets 5 seconds, and no
     * error comes out of here.
     */
    void failed(String reason) {
        if (!opened) {
            return;
        }
        try {
            boolean told = dumps.sendLastWord(copies.all(), dump(DumpState.FAILED, reason), reached(), LAST_WORD_NANOS);
            if (!told) {
                LOG.warn("dump {} failed, which the cluster was not told in time", manifest.getDumpId());
            }
        } catch (RuntimeException e) {
            LOG.warn("dump {} failed, which the cluster could not be told: {}", manifest.getDumpId(), OneLine.of(e));
        }
    }

    private void send(DumpState state, String failure) {
        Dump dump = dump(state, failure);
        String reached = reached();
        for (PartCopies.Place place : state == DumpState.CAPTURING ? copies.withNews() : copies.all()) {
            dumps.send(place, dump, reached);
        }
    }

    /** As header {@link org.vmcorestream.schemas.RecordHeaders#REACHED} has it. */
    private String reached() {
        StringBuilder text = new StringBuilder();
        for (StripeProgress stripe : all) {
            long offset = stripe.reached();
            if (offset >= 0) {
                text.append(text.isEmpty() ? "" : " ").append(stripe.stripe().number());
                text.append(':').append(offset);
            }
        }
        return text.toString();
    }

    private Dump dump(DumpState state, String failure) {
        return Dump.newBuilder()
                .setState(state)
                .setManifest(manifest)
                .setStripes(stripes.stream().map(StripeProgress::state).toList())
                .setFailure(failure)
                .setEarly(early.stream().map(StripeProgress::state).toList())
                .build();
    }
}
