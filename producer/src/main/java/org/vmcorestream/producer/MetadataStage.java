// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.rules.Anomalies;
import org.vmcorestream.rules.Chunk;
import org.vmcorestream.rules.DumpFacts;
import org.vmcorestream.schemas.FactsRecords;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.ChunkMetadata;
import org.vmcorestream.schemas.records.StripeClosed;
import org.vmcorestream.schemas.records.StripeOpened;
import org.vmcorestream.vmcore.PfnSet;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.VmcoreException;

/**
 * Sends what every page of memory is to page-metadata, and learns on the way which pages the capture rules let follow. While
 * chunks are described, those before them are sent.
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
    private final ChunksAhead chunks;
    private final CRC32C digest = new CRC32C();
    private long framesDone;
    private long framesTotal;
    private int stripeCount;
    private final KeptBudget budget;
    private final SecondLook secondLook;

    /**
     * @param chunks every chunk of the stripes that {@link #run} is given and that miss pages, in their order
     * @param early which pages are sent early
     * @param budget memory for the pages that are to be sent
     */
    MetadataStage(
            Vmcore vmcore,
            CaptureSettings settings,
            DumpFacts dump,
            PfnRuns present,
            EarlyRule early,
            ChunksAhead chunks,
            RecordSender metadata,
            DumpLife life,
            CaptureProgress progress,
            KeptBudget budget) {
        this.vmcore = vmcore;
        this.settings = settings;
        this.dump = dump;
        this.present = present;
        this.chunks = chunks;
        this.metadata = metadata;
        this.life = life;
        this.progress = progress;
        this.budget = budget;
        backed = vmcore.memory().backed();
        secondLook = new SecondLook(vmcore, settings, early, dump, present);
    }

    /**
     * Sends the descriptors of all stripes and returns when the cluster has all of it.
     *
     * @param early early pages of each part; none where none are sent early
     * @param pages is given the pages that are to be sent, as they are decided
     * @return how many they are
     */
    long run(List<StripeProgress> early, List<StripeProgress> stripes, DataStage pages)
            throws IOException, InterruptedException {
        stripeCount = stripes.size();
        for (StripeProgress stripe : stripes) {
            framesTotal += frames(stripe.stripe());
        }
        long kept = 0;
        for (int first = 0, end; first < stripes.size(); first = end) {
            int part = stripes.get(first).stripe().part();
            end = first + 1;
            while (end < stripes.size() && stripes.get(end).stripe().part() == part) {
                end++;
            }
            kept += sendPart(early.isEmpty() ? null : early.get(part), stripes.subList(first, end), pages);
        }
        if (chunks.unreadable() > 0) {
            LOG.warn(
                    "dump {}: struct pages of {} page frames cannot be read, these pages are kept",
                    settings.dumpId(),
                    chunks.unreadable());
        }
        metadata.flush();
        life.announceAll();
        return kept;
    }

    private long sendPart(StripeProgress early, List<StripeProgress> stripes, DataStage data)
            throws IOException, InterruptedException {
        EarlyKept first = null;
        if (early != null && !early.arrived().data().done()) {
            KeptPages kept =
                    new KeptPages(backed, budget, early.arrived().data().endPfn());
            List<Stripe> all = stripes.stream().map(StripeProgress::stripe).toList();
            first = new EarlyKept(kept, all, secondLook);
            data.add(early, kept);
        }
        long kept = 0;
        for (StripeProgress stripe : stripes) {
            if (first == null && stripe.arrived().data().done()) {
                framesDone += frames(stripe.stripe());
            } else {
                kept += send(stripe, first, data);
            }
        }
        if (first != null) {
            first.end();
            kept += first.pages();
            data.prepare();
        }
        return kept;
    }

    private long send(StripeProgress progressOfStripe, EarlyKept early, DataStage data)
            throws IOException, InterruptedException {
        Stripe stripe = progressOfStripe.stripe();
        StripeArrived arrived = progressOfStripe.arrived();
        boolean sent = arrived.data().done();
        KeptPages kept = new KeptPages(
                backed, budget, sent ? stripe.endPfn() : arrived.data().endPfn());
        KeptPages.Rest rest = null;
        if (!sent) {
            data.add(progressOfStripe, kept);
        }
        if (!arrived.metadata().begun()) {
            progressOfStripe.metadataBegun(life.expect(open(stripe)));
        }
        digest.reset();
        long pages = 0;
        Anomalies anomalies = Anomalies.NONE;
        for (int i = 0; i < stripe.chunks(); i++) {
            Interrupts.check();
            DescribedChunk chunk = chunks.take();
            digest.update(chunk.descriptors());
            if (!arrived.metadata().has(chunk.number())) {
                sendChunk(stripe, chunk);
            }
            if (early != null) {
                early.add(stripe, chunk);
            }
            if (!kept.add(chunk.verdict()) && rest == null) {
                rest = secondLook.from(stripe, chunk.number(), chunk.openRuns());
            }
            data.prepare();
            pages += chunk.pages();
            framesDone += chunk.pages();
            anomalies = chunk.anomalies();
            chunks.giveBack(chunk);
            progress.at(CaptureProgress.Stage.DESCRIBING, framesDone, framesTotal);
            life.announceSome();
        }
        kept.end(rest);
        data.prepare();
        if (arrived.metadata().done()) {
            requireSameDigest(stripe, arrived.metadata().digest());
        } else {
            progressOfStripe.metadataEnded(life.expect(close(stripe, pages)));
        }
        if (anomalies.kept() > 0) {
            LOG.warn(
                    "stripe {} of dump {}: {} pages claim what no sane kernel claims and are kept, the first is pfn {}",
                    stripe.number(),
                    settings.dumpId(),
                    anomalies.kept(),
                    anomalies.firstPfn());
        }
        return kept.pages();
    }

    /** The pages of another vmcore must not come behind those of this one. */
    private void requireSameDigest(Stripe stripe, OptionalInt expected) throws VmcoreException {
        int found = (int) digest.getValue();
        if (expected.isPresent() && expected.getAsInt() != found) {
            throw new VmcoreException(String.format(
                    "%s: digest of the descriptors of stripe %d is %08x, expected %08x as when the capture began:"
                            + " it is not the same vmcore",
                    vmcore.file(), stripe.number(), found, expected.getAsInt()));
        }
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

    private void sendChunk(Stripe stripe, DescribedChunk chunk) {
        ChunkMetadata message = new ChunkMetadata(
                settings.dumpId(),
                stripe.number(),
                chunk.number(),
                chunk.pages(),
                ByteBuffer.wrap(chunk.descriptors()),
                ByteBuffer.wrap(chunk.memmap()));
        long firstPfn = Chunk.firstPfn(chunk.number());
        byte[] key = Keys.chunk(settings.dumpId(), stripe.number(), chunk.number());
        metadata.send(stripe.partition(), key, message, firstPfn, firstPfn + chunk.pages());
    }

    private Receipt close(Stripe stripe, long pages) {
        StripeClosed closed = StripeClosed.newBuilder()
                .setDumpId(settings.dumpId())
                .setStripe(stripe.number())
                .setChunks(stripe.chunks())
                .setPages(pages)
                .setDigest((int) digest.getValue())
                .build();
        byte[] key = Keys.stripeClosed(settings.dumpId(), stripe.number());
        return metadata.send(stripe.partition(), key, closed, stripe.firstPfn(), stripe.endPfn());
    }

    private long frames(Stripe stripe) {
        long last = Chunk.of(stripe.endPfn() - 1);
        boolean hasLast = present.nextChunk(last) == last;
        return (long) stripe.chunks() * Chunk.PAGES - (hasLast ? Chunk.PAGES - stripe.frames(last) : 0);
    }
}
