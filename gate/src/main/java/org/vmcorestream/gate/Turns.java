// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What is in flight, and whose turn is next. Belongs to one thread.
 *
 * <p>The first one is that of the tenant with the fewest bytes in flight, and of equal ones the one that came first: the rack
 * of one tenant does not hold up the single dump of another. Who is first and does not fit stays first. Others that fit may
 * overtake it until they have brought as many bytes as the limit; from then on everybody waits for it. So a large dump waits for
 * at most one limit's worth of bytes more than in strict order, and small ones do not wait while there is room for them that it
 * cannot use.
 */
final class Turns {
    private static final String BROKER = "broker ";

    private final GateSettings settings;
    private final Map<String, Long> byTenant = new HashMap<>();
    private long inFlight;
    private Ticket first;
    private long overtaken;

    Turns(GateSettings settings) {
        this.settings = settings;
    }

    /** Bytes in flight. */
    long inFlight() {
        return inFlight;
    }

    /** Counts a ticket as in flight from a time on. */
    void grant(Ticket ticket, long time) {
        ticket.grant(time);
        add(ticket.tenant(), ticket.bytes());
        leave(ticket);
    }

    /** What a ticket in flight counts for has changed. */
    void count(Ticket ticket, long before) {
        add(ticket.tenant(), ticket.bytes() - before);
    }

    /** Counts a ticket no longer, nor does it wait; null changes nothing. */
    void release(Ticket ticket) {
        if (ticket == null) {
            return;
        }
        if (ticket.granted()) {
            add(ticket.tenant(), -ticket.bytes());
        }
        leave(ticket);
    }

    private void leave(Ticket ticket) {
        if (ticket == first) {
            first = null;
            overtaken = 0;
        }
    }

    private void add(String tenant, long bytes) {
        inFlight += bytes;
        byTenant.merge(tenant, bytes, Long::sum);
        byTenant.remove(tenant, 0L);
    }

    /**
     * Who is to be granted next; null when nobody can be.
     *
     * @param tickets all of them, in the order of arrival
     */
    Ticket next(Collection<Ticket> tickets, DiskView disk) {
        if (first(tickets) == null) {
            return null;
        }
        long coming = coming(tickets);
        if (blockedBy(first, disk, coming).isEmpty()) {
            return first;
        }
        Ticket best = null;
        for (Ticket ticket : tickets) {
            if (!ticket.granted()
                    && ticket != first
                    && overtaken + ticket.requested() <= settings.limit()
                    && (best == null || isBefore(ticket, best))
                    && blockedBy(ticket, disk, coming).isEmpty()) {
                best = ticket;
            }
        }
        if (best != null) {
            overtaken += best.requested();
        }
        return best;
    }

    /**
     * Whose turn it is, whether there is room or not; null when nobody waits.
     *
     * @param tickets all of them, in the order of arrival
     */
    Ticket first(Collection<Ticket> tickets) {
        if (first == null) {
            for (Ticket ticket : tickets) {
                if (!ticket.granted() && (first == null || isBefore(ticket, first))) {
                    first = ticket;
                }
            }
        }
        return first;
    }

    /** What dumps that were granted and have not ended can still bring to the brokers. */
    private static long coming(Collection<Ticket> tickets) {
        return tickets.stream()
                .filter(ticket -> ticket.granted() && !ticket.ended())
                .mapToLong(Ticket::bytes)
                .sum();
    }

    /** Whether a ticket that came later than another comes before it all the same. */
    private boolean isBefore(Ticket later, Ticket other) {
        return byTenant.getOrDefault(later.tenant(), 0L) < byTenant.getOrDefault(other.tenant(), 0L);
    }

    /** What a ticket has to wait for, in one line; empty when there is room. */
    String blockedBy(Ticket ticket, Collection<Ticket> tickets, DiskView disk) {
        return blockedBy(ticket, disk, coming(tickets));
    }

    /** Whether it is a broker's disk that a reason speaks of. */
    static boolean isDisk(String reason) {
        return reason.startsWith(BROKER);
    }

    private String blockedBy(Ticket ticket, DiskView disk, long coming) {
        if (inFlight > 0 && inFlight + ticket.requested() > settings.limit()) {
            return inFlight + " of " + settings.limit() + " bytes are in flight, it brings " + ticket.requested();
        }
        if (!disk.hasRoom(ticket.requested(), coming, settings.diskReserve())) {
            return BROKER + disk.broker() + " has " + disk.usable() + " bytes left, of which " + settings.diskReserve()
                    + " are the reserve; it brings " + ticket.requested();
        }
        return "";
    }
}
