// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.archive;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.RecordCodec;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.Manifest;

/**
 * Dumps found by a scan, the last record of each, to be given out by the time of their opening. Held as bytes without their
 * notes, a thousand or two for each dump; when that is more than is allowed the oldest that have ended are given out early.
 * Belongs to one thread.
 */
final class HeldDumps {
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    /** What it costs to hold a dump, besides its bytes. */
    private static final int OVERHEAD = 400;

    /** What it costs to remember that a dump was given out. */
    private static final int REMEMBERED = 150;

    /** A dump that is held. */
    private record Held(String id, long openedAt, boolean ended, byte[] record) {
        long bytes() {
            return record.length + OVERHEAD;
        }
    }

    private final long maxBytes;
    private final Consumer<StoredDump> each;
    private final Map<String, Held> held = new HashMap<>();
    private final TreeSet<Held> ended =
            new TreeSet<>(Comparator.comparingLong(Held::openedAt).thenComparing(Held::id));
    private final Set<String> givenOut = new HashSet<>();
    private long bytes;

    /**
     * @param maxBytes most memory that may be held, roughly
     * @param each takes the dumps
     */
    HeldDumps(long maxBytes, Consumer<StoredDump> each) {
        this.maxBytes = maxBytes;
        this.each = each;
    }

    /** Takes the last record so far of a dump. The record is changed. */
    void put(Dump dump) {
        Manifest manifest = dump.getManifest();
        String id = manifest.getDumpId();
        if (givenOut.contains(id)) {
            return;
        }
        drop(id);
        manifest.setNotes(NONE);
        manifest.setVmcoreinfo(NONE);
        boolean isEnded = StoredDump.ended(dump);
        Held now = new Held(id, manifest.getOpenedAt(), isEnded, RecordCodec.encode(dump));
        held.put(id, now);
        bytes += now.bytes();
        if (isEnded) {
            ended.add(now);
        }
        while (bytes > maxBytes) {
            giveOutEarly();
        }
    }

    /** Forgets a dump. */
    void drop(String id) {
        Held before = held.remove(id);
        if (before != null) {
            ended.remove(before);
            bytes -= before.bytes();
        }
    }

    private void giveOutEarly() {
        Held oldest = ended.pollFirst();
        if (oldest == null) {
            throw new ArchiveException(held.size() + " dumps that have not ended take more than " + maxBytes
                    + " bytes of memory, expected fewer in the range of time");
        }
        held.remove(oldest.id());
        bytes -= oldest.bytes() - REMEMBERED;
        givenOut.add(oldest.id());
        each.accept(stored(oldest));
    }

    /** Gives out all dumps that are left, oldest first. */
    void giveOut() {
        held.values().stream()
                .sorted(Comparator.comparingLong(Held::openedAt).thenComparing(Held::id))
                .forEach(dump -> each.accept(stored(dump)));
        held.clear();
        ended.clear();
        bytes = 0;
    }

    private static StoredDump stored(Held dump) {
        try {
            return StoredDump.of(RecordCodec.decode(ByteBuffer.wrap(dump.record()), Dump.class));
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("record of dump " + dump.id() + " was read before", e);
        }
    }
}
