// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.producer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.Keys;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;

/**
 * Asks whether page contents may be sent, and waits until they may. All metadata is with the cluster by then, so that deciding
 * never waits for this. Meanwhile topic dumps is told again and again that the capture is alive, so that nobody takes the dump for
 * one that stalls. Belongs to the capturing thread.
 */
final class AdmissionStage {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionStage.class);

    private static final Duration WAIT = Duration.ofMillis(200);

    /** After so long without a word from the gate it is asked whether it is still there. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a gate may be gone, while the cluster answers: another one takes over by then. */
    private static final long GONE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** After so long the request is sent again: topic admissions does not keep it for ever. */
    private static final long REPEAT_NANOS = TimeUnit.HOURS.toNanos(1);

    private final CaptureSettings settings;
    private final AdmissionDesk desk;
    private final RecordSender admissions;
    private final DumpLife life;
    private final CaptureProgress progress;
    private final LongSupplier nanoClock;
    private int ahead;
    private long movedAt;
    private long seenAt;
    private long lookedAt;
    private long answeredAt;

    /**
     * @param admissions sends to topic admissions
     * @param nanoClock tells the time, as {@link System#nanoTime} does
     */
    AdmissionStage(
            CaptureSettings settings,
            AdmissionDesk desk,
            RecordSender admissions,
            DumpLife life,
            CaptureProgress progress,
            LongSupplier nanoClock) {
        this.settings = settings;
        this.desk = desk;
        this.admissions = admissions;
        this.life = life;
        this.progress = progress;
        this.nanoClock = nanoClock;
    }

    /**
     * Returns when the pages may be sent, or when nobody is there to ask.
     *
     * @param pages pages that are to be sent
     * @param bytes their contents
     * @param files files to be made of them, 0 when that is not known
     * @throws CaptureException when an answer is a must and none came in time
     */
    void run(long pages, long bytes, int files) throws InterruptedException {
        AdmissionPolicy.Mode mode = settings.admission().mode();
        boolean asks = mode == AdmissionPolicy.Mode.ALWAYS || mode == AdmissionPolicy.Mode.AUTO && desk.gateWasThere();
        if (!asks || pages == 0) {
            return;
        }
        AdmissionRequest request = AdmissionRequest.newBuilder()
                .setDumpId(settings.dumpId())
                .setAskedAt(System.currentTimeMillis())
                .setPages(pages)
                .setBytes(bytes)
                .setFiles(files)
                .setHost(settings.host())
                .setTenant(settings.tenant())
                .build();
        try {
            String why = ask(request);
            if (!why.isEmpty()) {
                goOn(why);
            }
        } catch (InterruptException | CaptureException e) {
            throw e;
        } catch (KafkaException e) {
            goOn(OneLine.of(e));
        }
    }

    /** Asks and waits; returns why there is no answer, empty when the answer is yes. */
    private String ask(AdmissionRequest request) throws InterruptedException {
        Receipt asked = send(request);
        long now = nanoClock.getAsLong();
        long askedAt = now;
        movedAt = now;
        seenAt = now;
        lookedAt = now;
        answeredAt = now;
        try (AdmissionDesk.Answers answers = desk.answers(Math.max(0, asked.offset()))) {
            while (true) {
                Interrupts.check();
                boolean granted = false;
                for (Admission answer : answers.next(WAIT)) {
                    granted |= hear(answer, request);
                }
                if (granted) {
                    return "";
                }
                life.keepAlive();
                if (nanoClock.getAsLong() - askedAt >= REPEAT_NANOS) {
                    send(request);
                    askedAt = nanoClock.getAsLong();
                }
                look();
                String why = hopeless(nanoClock.getAsLong());
                if (!why.isEmpty()) {
                    return why;
                }
            }
        }
    }

    /** Sends the request; that it cannot be sent is no reason to give up the dump. */
    private Receipt send(AdmissionRequest request) {
        try {
            Receipt receipt = admissions.send(Keys.admissionRequest(settings.dumpId()), request);
            admissions.flush();
            return receipt;
        } catch (CaptureException e) {
            throw new KafkaException(e.getMessage(), e);
        }
    }

    /** Takes what the gate says, and whether it says yes to this dump. */
    private boolean hear(Admission answer, AdmissionRequest request) {
        boolean mine = answer.getDumpId().equals(settings.dumpId());
        long now = nanoClock.getAsLong();
        seenAt = now;
        answeredAt = now;
        AdmissionState state = answer.getState();
        if (state == AdmissionState.GRANTED || state == AdmissionState.RELEASED) {
            movedAt = now;
        }
        if (mine && state == AdmissionState.GRANTED) {
            return true;
        }
        if (mine && state == AdmissionState.RELEASED) {
            // It was taken for dead, which it is not: this host may have slept.
            LOG.warn("dump {}: the gate gave it up, it asks again: {}", settings.dumpId(), answer.getReason());
            send(request);
        } else if (mine && state == AdmissionState.WAITING) {
            ahead = Math.max(0, answer.getAhead());
            progress.waiting(ahead, answer.getReason());
        } else if (state == AdmissionState.GRANTED && ahead > 0) {
            ahead--;
            progress.waiting(ahead, "");
        }
        return false;
    }

    /** Asks, after some time without a word, whether the gate is there. Time in which the cluster is silent is nobody's silence. */
    private void look() throws InterruptedException {
        long now = nanoClock.getAsLong();
        if (now - Math.max(seenAt, lookedAt) < LOOK_NANOS) {
            return;
        }
        AdmissionDesk.Presence gate = desk.gate();
        now = nanoClock.getAsLong();
        lookedAt = now;
        if (gate == AdmissionDesk.Presence.THERE) {
            seenAt = now;
        } else if (gate == AdmissionDesk.Presence.UNKNOWN) {
            seenAt += now - answeredAt;
            movedAt += now - answeredAt;
        }
        answeredAt = now;
    }

    /** Why waiting makes no sense any more, empty while it does. */
    private String hopeless(long now) {
        boolean must = settings.admission().mode() == AdmissionPolicy.Mode.ALWAYS;
        Duration timeout = settings.admission().timeout();
        if (now - movedAt >= timeout.toNanos()) {
            return "nothing moved for " + timeout.toSeconds() + " s";
        }
        if (!must && now - seenAt >= GONE_NANOS) {
            return "the gate is gone";
        }
        return "";
    }

    private void goOn(String why) {
        if (settings.admission().mode() == AdmissionPolicy.Mode.ALWAYS) {
            throw new CaptureException(
                    "no admission: " + why + ", expected a gate ('vmcore-stream admit') to grant it");
        }
        LOG.warn("dump {} is sent without admission: {}", settings.dumpId(), why);
    }
}
