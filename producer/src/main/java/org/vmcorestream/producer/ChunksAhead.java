// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.RuleSet;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Describes the chunks of all stripes on a thread of its own, ahead of the one that sends them: also while there is no connection
 * yet. How far ahead is bounded. {@link #take} and {@link #giveBack} belong to one thread.
 */
final class ChunksAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunksAhead.class);

    /** Most chunks described and not sent: 6 GiB of memory at 4 KiB pages, 35 MiB of heap when every page differs. */
    private static final int AHEAD = 48;

    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private final Vmcore vmcore;
    private final RuleSet capture;
    private final EarlyRule early;
    private final DumpFacts dump;
    private final PfnRuns present;
    private final List<Stripe> stripes;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private final MemmapRuns memmap = new MemmapRuns();

    /** With a place for what made it fail. */
    private final BlockingQueue<DescribedChunk> described = new ArrayBlockingQueue<>(AHEAD + 1);

    private final BlockingQueue<DescribedChunk> free = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread = new Thread(this::run, "describe");
    private int places;
    private volatile boolean closed;
    private volatile long unreadable;

    /**
     * Begins to describe.
     *
     * @param capture asked for its verdicts on the way
     * @param early which pages are sent early
     * @param present page frames with memory
     * @param stripes what to describe, in this order
     */
    ChunksAhead(
            Vmcore vmcore, RuleSet capture, EarlyRule early, DumpFacts dump, PfnRuns present, List<Stripe> stripes) {
        this.vmcore = vmcore;
        this.capture = capture;
        this.early = early;
        this.dump = dump;
        this.present = present;
        this.stripes = stripes;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The next chunk of the stripes, waited for. There is one more for each chunk with memory only.
     *
     * @throws IOException when the vmcore cannot be read
     */
    DescribedChunk take() throws IOException, InterruptedException {
        DescribedChunk chunk = described.take();
        chunk.rethrow();
        return chunk;
    }

    /** Lets the place of a chunk be used for another. */
    void giveBack(DescribedChunk chunk) {
        free.add(chunk);
    }

    /** Page frames whose struct pages could not be read; known when all chunks were taken. */
    long unreadable() {
        return unreadable;
    }

    private void run() {
        try {
            ChunkDescriber describer = vmcore.describer();
            for (Stripe stripe : stripes) {
                ChunkDecider decider = new ChunkDecider(capture, early, vmcore.pageFacts(), dump, stripe);
                long lastChunk = Chunk.of(stripe.endPfn() - 1);
                for (long c = present.nextChunk(Chunk.of(stripe.firstPfn()));
                        c >= 0 && c <= lastChunk;
                        c = present.nextChunk(c + 1)) {
                    DescribedChunk place = place();
                    if (closed) {
                        return;
                    }
                    describe(stripe, c, describer, decider, place);
                    unreadable = describer.unreadable();
                    described.add(place);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{} was interrupted", Thread.currentThread().getName());
        } catch (Throwable e) {
            described.add(DescribedChunk.failed(e));
        }
    }

    /** A place that is free; one more where there may be, for most guests need few. */
    private DescribedChunk place() throws InterruptedException {
        DescribedChunk place = free.poll();
        if (place == null && places < AHEAD) {
            places++;
            return new DescribedChunk(early.some());
        }
        return place == null ? free.take() : place;
    }

    private void describe(
            Stripe stripe, long chunk, ChunkDescriber describer, ChunkDecider decider, DescribedChunk into)
            throws IOException {
        describer.describe(chunk, descriptors);
        requireWhole(chunk, stripe);
        describer.memmap(chunk, memmap);
        ChunkDecider.OpenRuns openRuns = decider.openRuns();
        decider.decide(descriptors, into.verdict(), into.early());
        into.described(
                chunk,
                descriptors.pages(),
                DescriptorCodec.encode(descriptors),
                MemmapCodec.encode(memmap),
                openRuns,
                decider.anomalies());
    }

    /** A chunk described short would shift every verdict behind it. */
    private void requireWhole(long chunk, Stripe stripe) {
        int expected = stripe.frames(chunk);
        if (descriptors.firstPfn() != Chunk.firstPfn(chunk) || descriptors.pages() != expected) {
            throw new IllegalStateException("chunk " + chunk + " is described as " + descriptors.pages()
                    + " pages from pfn " + descriptors.firstPfn() + ", expected " + expected + " from "
                    + Chunk.firstPfn(chunk));
        }
    }

    /**
     * Stops describing behind the chunk that is at work, and waits for it: to interrupt it would close the vmcore's channel under
     * everyone else.
     */
    @Override
    public void close() {
        closed = true;
        free.offer(new DescribedChunk(early.some()));
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
