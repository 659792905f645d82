// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;

/**
 * Who waits and what is in flight. Fed with the records of topics admissions, dumps and dump-files, it decides who may send
 * next; it talks to nobody. Memory is bounded: at most {@link #MAX_TICKETS} dumps. Belongs to one thread.
 *
 * <p>First it is restored from what topic admissions says, then it is {@link #live}. From then on it alone decides: what
 * somebody else writes to the topic is believed only where it says that more is in flight, and is otherwise set right again.
 */
final class AdmissionBook {
    /** Most dumps that are waited for or in flight; what asks beyond is not heard. */
    static final int MAX_TICKETS = 1 << 16;

    /** Between two corrections of what somebody else wrote of a dump. */
    private static final long CORRECTION_MILLIS = 10_000;

    /** After so long a dump's record is written anew, before its retention takes it away. */
    private static final long REFRESH_MILLIS = 6 * 3_600_000L;

    private static final long LOOK_MILLIS = 1000;

    private final GateSettings settings;
    private final Turns turns;
    private final Map<String, Ticket> tickets = new LinkedHashMap<>();
    private final Deque<Admission> echoes = new ArrayDeque<>();
    private final Set<String> wrong = new HashSet<>();
    private boolean live;
    private boolean changed;
    private long lookedAt;
    private long refused;

    AdmissionBook(GateSettings settings) {
        this.settings = settings;
        turns = new Turns(settings);
    }

    /** Takes a request; false when there are too many already, or its numbers are below 0. */
    boolean request(AdmissionRequest request, long now) {
        Ticket known = tickets.get(request.getDumpId());
        if (known != null) {
            known.heard(now);
            if (live && known.said() != null && known.granted()) {
                // Whoever asks again has not read the answer.
                wrong.add(known.dumpId());
                changed = true;
            }
            return true;
        }
        boolean sane = request.getBytes() >= 0 && request.getPages() >= 0 && request.getFiles() >= 0;
        if (!sane || tickets.size() >= MAX_TICKETS) {
            refused++;
            return false;
        }
        tickets.put(request.getDumpId(), Ticket.of(request, now));
        changed = true;
        return true;
    }

    /** Takes what the topic says was said to a dump. */
    void admission(Admission admission, long now) {
        if (live && admission.equals(echoes.peek())) {
            echoes.remove();
            return;
        }
        Ticket ticket = tickets.get(admission.getDumpId());
        if (!live) {
            restore(ticket, admission, now);
        } else if (ticket != null) {
            if (admission.getState() == AdmissionState.GRANTED && !ticket.granted()) {
                turns.grant(ticket, now);
            } else if (admission.getState() != ticket.state()) {
                wrong.add(ticket.dumpId());
            }
            changed = true;
        }
    }

    private void restore(Ticket known, Admission admission, long now) {
        if (admission.getState() == AdmissionState.RELEASED) {
            turns.release(tickets.remove(admission.getDumpId()));
            return;
        }
        boolean sane = admission.getBytes() >= 0 && admission.getReason().length() <= Ticket.MAX_TEXT;
        if (!sane || known == null && tickets.size() >= MAX_TICKETS) {
            refused++;
            return;
        }
        Ticket ticket = known;
        if (ticket == null) {
            ticket = Ticket.of(admission, now);
            tickets.put(ticket.dumpId(), ticket);
        }
        ticket.said(admission, now);
        if (admission.getState() == AdmissionState.WAITING) {
            ticket.arrivedAt(Math.min(admission.getAt(), now));
        } else if (!ticket.granted()) {
            turns.grant(ticket, Math.min(admission.getAt(), now));
        }
    }

    /** Takes the newest record of a dump, which was checked. */
    void dump(Dump dump, long now) {
        Ticket ticket = tickets.get(dump.getManifest().getDumpId());
        if (ticket == null) {
            return;
        }
        long before = ticket.bytes();
        boolean sends = ticket.dump(dump, now);
        if (ticket.granted()) {
            turns.count(ticket, before);
        } else if (sends && !ticket.ended()) {
            // It did not wait for an answer: what it sends is in flight all the same.
            turns.grant(ticket, now);
        }
        changed = true;
    }

    /** A dump was removed from topic dumps. */
    void gone(String dumpId) {
        Ticket ticket = tickets.get(dumpId);
        if (ticket != null) {
            ticket.gone();
            changed = true;
        }
    }

    /**
     * Takes what is said of a file.
     *
     * @param time when that was said
     */
    void file(DumpFile file, long time) {
        Ticket ticket = tickets.get(file.getDumpId());
        if (ticket != null) {
            ticket.file(file, time);
            changed = true;
        }
    }

    /** Whether anything is to be known of a dump. */
    boolean knows(String dumpId) {
        return tickets.containsKey(dumpId);
    }

    /** Everything that is on the topics was read: from now on this book decides. */
    void live(long now) {
        List<Ticket> inOrder = new ArrayList<>(tickets.values());
        inOrder.sort(Comparator.comparingLong(Ticket::arrivedAt));
        tickets.clear();
        for (Ticket ticket : inOrder) {
            ticket.heard(now);
            tickets.put(ticket.dumpId(), ticket);
        }
        live = true;
        changed = true;
    }

    /** When the oldest dump that is not done was opened, empty when there is none. */
    Optional<String> oldest() {
        return tickets.keySet().stream().min(Comparator.naturalOrder());
    }

    /**
     * Decides, and says what is to be written to topic admissions, in this order: releases, grants, waits. What is returned is
     * expected to come back from the topic.
     */
    List<Admission> decide(long now, DiskView disk) {
        boolean due = now - lookedAt >= LOOK_MILLIS || now < lookedAt;
        if (!live || !changed && !due) {
            return List.of();
        }
        lookedAt = now;
        changed = false;
        List<Admission> out = new ArrayList<>();
        release(now, out);
        for (Ticket next = turns.next(tickets.values(), disk);
                next != null;
                next = turns.next(tickets.values(), disk)) {
            turns.grant(next, now);
            out.add(say(next, AdmissionState.GRANTED, now, 0, ""));
        }
        sayMore(now, disk, out);
        echoes.addAll(out);
        return out;
    }

    private void release(long now, List<Admission> out) {
        for (Iterator<Ticket> each = tickets.values().iterator(); each.hasNext(); ) {
            Ticket ticket = each.next();
            String why = ticket.releasedBecause(settings, now);
            if (why != null) {
                each.remove();
                wrong.remove(ticket.dumpId());
                turns.release(ticket);
                out.add(say(ticket, AdmissionState.RELEASED, now, 0, why));
            }
        }
    }

    /** Says what was not said yet, what somebody else contradicted, what grows old, and to the first one whether it waits for disks. */
    private void sayMore(long now, DiskView disk, List<Admission> out) {
        Ticket first = turns.first(tickets.values());
        int ahead = 0;
        for (Ticket ticket : tickets.values()) {
            Admission said = ticket.said();
            boolean granted = ticket.granted();
            String why = ticket == first ? turns.blockedBy(ticket, tickets.values(), disk) : "";
            boolean news = said == null
                    || said.getState() != ticket.state()
                    || ticket == first && Turns.isDisk(why) != Turns.isDisk(said.getReason());
            boolean correct = wrong.contains(ticket.dumpId()) && now - ticket.saidAt() >= CORRECTION_MILLIS;
            if (news || correct || now - ticket.saidAt() >= REFRESH_MILLIS) {
                wrong.remove(ticket.dumpId());
                out.add(say(ticket, ticket.state(), now, granted ? 0 : ahead, why));
            }
            ahead += granted ? 0 : 1;
        }
    }

    private Admission say(Ticket ticket, AdmissionState state, long now, int ahead, String reason) {
        long at = state == AdmissionState.WAITING ? ticket.arrivedAt() : now;
        Admission admission = new Admission(
                ticket.dumpId(), state, at, ticket.bytes(), turns.inFlight(), settings.limit(), ahead, reason);
        ticket.said(admission, now);
        return admission;
    }

    /** Bytes in flight. */
    long inFlight() {
        return turns.inFlight();
    }

    /** Dumps in flight and waiting. */
    int tickets() {
        return tickets.size();
    }

    /** Dumps that wait. */
    int waiting() {
        return (int)
                tickets.values().stream().filter(ticket -> !ticket.granted()).count();
    }

    /** The host that a dump was captured on; empty when it is not known. */
    String host(String dumpId) {
        Ticket ticket = tickets.get(dumpId);
        return ticket == null ? "" : ticket.host();
    }

    /** Requests and records that were not taken. */
    long refused() {
        return refused;
    }
}
