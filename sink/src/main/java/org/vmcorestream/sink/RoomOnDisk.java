// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.records.StripeState;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.kdump.DraftBitmap;

/**
 * Room on the disk for the file of one assembly. It is asked for when the verdicts are known, and before any page is written: what
 * cannot fit would only take the room of files that can. Nothing is refused that would fit: what is counted is the least
 * that the file can need, from the number of its pages and from what the capture says of stripes that have ended. Belongs
 * to one thread at a time.
 */
final class RoomOnDisk implements AutoCloseable {
    /**
     * How long a file that waits for room keeps its place while others want it, and how long it is left alone when the disk became full:
     * a quota is not seen in what is free.
     */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What a disk that is full has less of. */
    private static final long LEAST = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RoomOnDisk.class);

    /** Bytes of a page descriptor. */
    private static final int DESCRIPTOR = 24;

    /** A file for which the disk was too small once is begun again with so much more than it had, in parts of that. */
    private static final int MORE = 16;

    private final AssemblyOrder order;
    private final StageTools tools;
    private final GrowingFile file;
    private final MissingPages missing;
    private final Need least;
    private DumpPlan counted;
    private long need;
    private DiskSpace.Share share;
    private long waitingSince = -1;

    /**
     * What a file needs as far as that is known from an attempt before.
     *
     * @param bytes least that it takes
     * @param notBefore when it may be begun, in milliseconds since 1970-01-01 UTC
     */
    record Need(long bytes, long notBefore) {
        /** Of the first attempt. */
        static final Need UNKNOWN = new Need(0, 0);
    }

    /** Room that nobody asked for yet. */
    RoomOnDisk(AssemblyOrder order, StageTools tools, GrowingFile file, MissingPages missing, Need least) {
        this.order = order;
        this.tools = tools;
        this.file = file;
        this.missing = missing;
        this.least = least;
    }

    /** Takes the room that an attempt before this one shows to be needed, or none while there is not enough. */
    boolean takeLeast() throws IOException {
        if (!tools.placement().files().onDisk()) {
            return tools.clock().millis() >= least.notBefore();
        }
        if (share == null && least != Need.UNKNOWN && tools.clock().millis() >= least.notBefore()) {
            file.makeFolder();
            share = tools.disks().take(folder(), least.bytes()).share();
        }
        return share != null || least == Need.UNKNOWN;
    }

    private Path folder() {
        return file.path().toAbsolutePath().getParent();
    }

    /**
     * Takes the room that the file needs, or none while there is not enough; the first time that is said in one line.
     *
     * @param latest newest record of the dump
     */
    boolean take(DumpPlan latest) throws IOException {
        if (!tools.placement().files().onDisk()) {
            return true;
        }
        if (counted != latest) {
            need = Math.max(least.bytes(), need(latest));
            counted = latest;
        }
        close();
        DiskSpace.Answer answer = tools.disks().take(folder(), need);
        share = answer.share();
        if (share == null && waitingSince < 0) {
            waitingSince = tools.clock().millis();
            say(String.format(
                    "%s: waits for room on the disk: needs at least %d bytes, %s has %d free%s",
                    file.path(),
                    need,
                    folder(),
                    answer.free(),
                    answer.promised() == 0 ? "" : ", " + answer.promised() + " of them for files begun before"));
        }
        return share != null;
    }

    private void say(String line) {
        LOG.info("{}: {}", order, line);
        tools.listener().waiting(order.plan().dumpId(), order.ruleSet(), line);
    }

    /** The least that the descriptors and pages of the file can take. */
    private long need(DumpPlan latest) throws IOException {
        DumpPart part = order.part();
        PageCodec captured = KdumpHeaders.codec(latest);
        boolean copied = latest.manifest().getCodec().name().equals(captured.name()) && captured == file.codec();
        DraftBitmap kept = file.kept();
        long bytes = kept.cardinality(part.pages().firstPfn(), part.pages().endPfn()) * DESCRIPTOR;
        if (copied && latest.early(part.number()).isPresent()) {
            return bytes + leastBytesWithEarly(latest, kept);
        }
        for (int i = part.firstStripe(); copied && i < part.endStripe(); i++) {
            StripeState stripe = latest.stripe(i);
            if (stripe.getDataEnd() >= 0) {
                bytes += leastBytes(stripe, kept.cardinality(stripe.getFirstPfn(), stripe.getEndPfn()));
            }
        }
        return bytes;
    }

    /** A stripe's pages without those that do not stay, each of which may have been the largest. */
    private long leastBytes(StripeState stripe, long kept) {
        long stay = Math.max(0, kept - missing.notCaptured(stripe.getStripe()));
        long leave = Math.max(0, pages(stripe) - stay);
        return Math.max(0, bytes(stripe) - leave * order.plan().pageSize());
    }

    /** The same of all pages of a part: once all were sent, for nobody says how many early pages each stripe has. */
    private long leastBytesWithEarly(DumpPlan latest, DraftBitmap kept) throws IOException {
        DumpPart part = order.part();
        long stay = 0;
        long sent = 0;
        long bytes = 0;
        int lastPart = -1;
        for (int i = part.firstStripe(); i < part.endStripe(); i++) {
            StripeState stripe = latest.stripe(i);
            StripeState early = latest.early(stripe.getPart()).orElseThrow();
            if (stripe.getDataEnd() < 0 || early.getDataEnd() < 0) {
                return 0;
            }
            boolean another = stripe.getPart() != lastPart;
            lastPart = stripe.getPart();
            stay += Math.max(0, kept.cardinality(stripe.getFirstPfn(), stripe.getEndPfn()) - missing.notCaptured(i));
            sent += pages(stripe) + (another ? pages(early) : 0);
            bytes += bytes(stripe) + (another ? bytes(early) : 0);
        }
        return Math.max(0, bytes - Math.max(0, sent - stay) * order.plan().pageSize());
    }

    private static long pages(StripeState stripe) {
        return Math.min(stripe.getPages(), stripe.getEndPfn() - stripe.getFirstPfn());
    }

    private long bytes(StripeState stripe) {
        return Math.min(
                stripe.getPageBytes(),
                (stripe.getEndPfn() - stripe.getFirstPfn()) * order.plan().pageSize());
    }

    /** Whether the file waits for room and has done so for long enough to let others have its place. */
    boolean waitsForLong() {
        return share == null && waitingSince >= 0 && tools.clock().millis() - waitingSince >= PATIENCE.toMillis();
    }

    /** Takes note of what was written. */
    void written() {
        if (share != null) {
            share.written(file.size());
        }
    }

    /**
     * What the file needs at least as far as that is known now that the disk was full, and says so: what it had, and a little more, so that
     * a disk whose room comes back in drops is not filled again and again.
     *
     * @param problem why it could not be written, in one line
     */
    Need afterFullDisk(String problem) {
        long had = file.size();
        long bytes = Math.max(Math.max(LEAST, known()), had + had / MORE);
        say(problem + "; it is begun anew when there is room for " + bytes + " bytes");
        return new Need(bytes, tools.clock().millis() + PATIENCE.toMillis());
    }

    /** What the file needs, as far as it is known, when it gives its place to another one. */
    Need afterGivingWay() {
        return known() == 0 ? Need.UNKNOWN : new Need(known(), 0);
    }

    private long known() {
        return Math.max(least.bytes(), need);
    }

    /** Gives back what it has. */
    @Override
    public void close() {
        if (share != null) {
            tools.disks().giveBack(share);
            share = null;
        }
    }
}
