// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.ChunkDescriptors;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.rules.MemmapRuns;
import org.vmcorestream.rules.OpenRun;
import org.vmcorestream.rules.VerdictEngine;
import org.vmcorestream.rules.VerdictRuns;
import org.vmcorestream.schemas.DescriptorCodec;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.MemmapCodec;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.vmcore.ChunkDescriber;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.Vmcore;

/**
 * Describes every page of memory to page-metadata, and asks the capture rules on the way which pages are to follow. While
 * chunks are described, the client sends those before them.
 *
 * <p>A capture rule set that drops unused vmemmap drops none of it here: the pages of a chunk's memory map can lie in any
 * stripe, in one that was already planned too. They travel, and leave the file by the verdict.
 */
final class MetadataStage {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataStage.class);

    private final Vmcore vmcore;
    private final CaptureSettings settings;
    private final DumpFacts dump;
    private final RecordSender metadata;
    private final DumpLife life;
    private final CaptureProgress progress;

    private final PfnRuns present;
    private final PfnSet backed;
    private final ChunkDescriptors descriptors = new ChunkDescriptors();
    private final MemmapRuns memmap = new MemmapRuns();
    private final VerdictRuns verdict = new VerdictRuns();
    private final CRC32C digest = new CRC32C();
    private long framesDone;
    private long framesTotal;
    private int stripeCount;
    private final KeptBudget budget;
    private final SecondLook secondLook;

    /** @param budget memory for the pages that are to be sent */
    MetadataStage(
            Vmcore vmcore,
            CaptureSettings settings,
            DumpFacts dump,
            PfnRuns present,
            RecordSender metadata,
            DumpLife life,
            CaptureProgress progress,
            KeptBudget budget) {
        this.vmcore = vmcore;
        this.settings = settings;
        this.dump = dump;
        this.present = present;
        this.metadata = metadata;
        this.life = life;
        this.progress = progress;
        this.budget = budget;
        backed = vmcore.memory().backed();
        secondLook = new SecondLook(vmcore, settings, dump, present);
    }

    /**
     * Describes all stripes and returns when the cluster has all of it.
     *
     * @param pages is given the pages that are to be sent, as they are decided
     * @return how many they are
     */
    long run(List<StripeProgress> stripes, DataStage pages) throws IOException, InterruptedException {
        stripeCount = stripes.size();
        for (StripeProgress stripe : stripes) {
            framesTotal += frames(stripe.stripe());
        }
        ChunkDescriber describer = vmcore.describer();
        long kept = 0;
        for (StripeProgress stripe : stripes) {
            kept += describe(stripe, describer, pages);
        }
        if (describer.unreadable() > 0) {
            LOG.warn(
                    "dump {}: struct pages of {} page frames cannot be read, these pages are kept",
                    settings.dumpId(),
                    describer.unreadable());
        }
        metadata.flush();
        life.announceAll();
        return kept;
    }

    private long describe(StripeProgress progressOfStripe, ChunkDescriber describer, DataStage data)
            throws IOException, InterruptedException {
        Stripe stripe = progressOfStripe.stripe();
        KeptPages kept = new KeptPages(backed, budget);
        KeptPages.Rest rest = null;
        data.add(progressOfStripe, kept);
        VerdictEngine engine = new VerdictEngine(settings.capture(), vmcore.pageFacts(), dump, stripe.endPfn());
        progressOfStripe.metadataBegun(life.expect(open(stripe)));
        digest.reset();
        int chunks = 0;
        long pages = 0;
        long lastChunk = Chunk.of(stripe.endPfn() - 1);
        for (long c = present.nextChunk(Chunk.of(stripe.firstPfn()));
                c >= 0 && c <= lastChunk;
                c = present.nextChunk(c + 1)) {
            Interrupts.check();
            describer.describe(c, descriptors);
            requireWhole(c, stripe);
            describer.memmap(c, memmap);
            sendChunk(stripe, c);
            OpenRun openRun = engine.openRun();
            engine.decide(descriptors, verdict);
            if (!kept.add(verdict) && rest == null) {
                rest = secondLook.from(stripe, c, openRun);
            }
            data.prepare();
            chunks++;
            pages += descriptors.pages();
            framesDone += descriptors.pages();
            progress.at(CaptureProgress.Stage.DESCRIBING, framesDone, framesTotal);
            life.announceSome();
        }
        kept.end(rest);
        data.prepare();
        progressOfStripe.metadataEnded(life.expect(close(stripe, chunks, pages)));
        if (engine.anomalies().kept() > 0) {
            LOG.warn(
                    "stripe {} of dump {}: {} pages claim what no sane kernel claims and are kept, the first is pfn {}",
                    stripe.number(),
                    settings.dumpId(),
                    engine.anomalies().kept(),
                    engine.anomalies().firstPfn());
        }
        return kept.pages();
    }

    private Receipt open(Stripe stripe) {
        StripeOpened opened = StripeOpened.newBuilder()
                .setDumpId(settings.dumpId())
                .setStripe(stripe.number())
                .setFirstPfn(stripe.firstPfn())
                .setEndPfn(stripe.endPfn())
                .setChunks(stripe.chunks())
                .setFacts(FactsRecords.toRecord(vmcore.pageFacts()))
                .setRuleSets(settings.ruleSets())
                .setKernelRelease(dump.kernelRelease())
                .setTenant(dump.tenant())
                .setHost(dump.host())
                .setStripes(stripeCount)
                .setMachine(dump.machine())
                .setCrashReason(dump.crashReason())
                .setCaptureRuleSet(settings.capture().name())
                .setStructPageSize(vmcore.structPageSize())
                .build();
        byte[] key = Keys.stripeOpened(settings.dumpId(), stripe.number());
        return metadata.send(stripe.partition(), key, opened, stripe.firstPfn(), stripe.endPfn());
    }

    private void sendChunk(Stripe stripe, long chunk) {
        byte[] encoded = DescriptorCodec.encode(descriptors);
        digest.update(encoded);
        ChunkMetadata message = new ChunkMetadata(
                settings.dumpId(),
                stripe.number(),
                chunk,
                descriptors.pages(),
                ByteBuffer.wrap(encoded),
                ByteBuffer.wrap(MemmapCodec.encode(memmap)));
        long firstPfn = descriptors.firstPfn();
        byte[] key = Keys.chunk(settings.dumpId(), stripe.number(), chunk);
        metadata.send(stripe.partition(), key, message, firstPfn, firstPfn + descriptors.pages());
    }

    private Receipt close(Stripe stripe, int chunks, long pages) {
        StripeClosed closed = StripeClosed.newBuilder()
                .setDumpId(settings.dumpId())
                .setStripe(stripe.number())
                .setChunks(chunks)
                .setPages(pages)
                .setDigest((int) digest.getValue())
                .build();
        byte[] key = Keys.stripeClosed(settings.dumpId(), stripe.number());
        return metadata.send(stripe.partition(), key, closed, stripe.firstPfn(), stripe.endPfn());
    }

    /** A chunk described short would shift every verdict behind it. */
    private void requireWhole(long chunk, Stripe stripe) {
        int expected = frames(chunk, stripe);
        if (descriptors.firstPfn() != Chunk.firstPfn(chunk) || descriptors.pages() != expected) {
            throw new IllegalStateException("chunk " + chunk + " is described as " + descriptors.pages()
                    + " pages from pfn " + descriptors.firstPfn() + ", expected " + expected + " from "
                    + Chunk.firstPfn(chunk));
        }
    }

    private long frames(Stripe stripe) {
        long last = Chunk.of(stripe.endPfn() - 1);
        boolean hasLast = present.nextChunk(last) == last;
        return (long) stripe.chunks() * Chunk.PAGES - (hasLast ? Chunk.PAGES - frames(last, stripe) : 0);
    }

    private static int frames(long chunk, Stripe stripe) {
        return (int) Math.min(Chunk.PAGES, stripe.endPfn() - Chunk.firstPfn(chunk));
    }
}
