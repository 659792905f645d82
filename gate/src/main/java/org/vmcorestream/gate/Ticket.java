// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.gate;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.vmcorestream.schemas.records.Admission;
import org.vmcorestream.schemas.records.AdmissionRequest;
import org.vmcorestream.schemas.records.AdmissionState;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;
import org.vmcorestream.schemas.records.StripeState;

/** One dump from the time it asks until nothing of it is in flight. Times are milliseconds since 1970-01-01 UTC. */
final class Ticket {
    /** Most bytes that a dump counts for: more memory than any guest has, and so few that no sum overflows. */
    static final long MAX_BYTES = 1L << 46;

    /** Most files that are waited for. */
    static final int MAX_FILES = 1 << 16;

    /** Longest text that is kept of a request or an answer. */
    static final int MAX_TEXT = 400;

    private final String dumpId;
    private final String tenant;
    private final String host;
    private final long requested;
    private final int files;
    private final Set<String> filesDone = new HashSet<>();
    private long arrivedAt;
    private boolean granted;
    private long grantedAt;
    private long bytes;
    private long heardAt;
    private DumpState life = DumpState.OPENED;
    private boolean gone;
    private Admission said;
    private long saidAt;

    private Ticket(String dumpId, String tenant, String host, long requested, int files, long now) {
        this.dumpId = dumpId;
        this.tenant = cut(tenant);
        this.host = cut(host);
        this.requested = Math.min(requested, MAX_BYTES);
        this.files = Math.min(Math.max(files, 1), MAX_FILES);
        bytes = this.requested;
        arrivedAt = now;
        heardAt = now;
    }

    /** Of a request whose numbers are not negative. */
    static Ticket of(AdmissionRequest request, long now) {
        return new Ticket(
                request.getDumpId(),
                request.getTenant(),
                request.getHost(),
                request.getBytes(),
                request.getFiles(),
                now);
    }

    /** What is kept of a text from a topic: it may be as long as a record, and there may be many. */
    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    /** Of a dump whose request is not on the topic any more: what was said of it is all that is known. */
    static Ticket of(Admission admission, long now) {
        return new Ticket(admission.getDumpId(), "", "", admission.getBytes(), 1, now);
    }

    String dumpId() {
        return dumpId;
    }

    String tenant() {
        return tenant;
    }

    String host() {
        return host;
    }

    /** Bytes that it asked for, at most {@link #MAX_BYTES}. */
    long requested() {
        return requested;
    }

    /** Bytes that it counts for now, never more than it asked for. */
    long bytes() {
        return bytes;
    }

    /** When it came to the gate. */
    long arrivedAt() {
        return arrivedAt;
    }

    void arrivedAt(long time) {
        arrivedAt = time;
    }

    boolean granted() {
        return granted;
    }

    /** Whether its capture says that nothing more will come. */
    boolean ended() {
        return life == DumpState.CAPTURED || life == DumpState.FAILED;
    }

    /** It may send from now on, or does so anyway. Files made before lack pages that are still to come. */
    void grant(long time) {
        granted = true;
        grantedAt = time;
        heardAt = Math.max(heardAt, time);
        filesDone.clear();
    }

    /** Something was heard of it. */
    void heard(long time) {
        heardAt = Math.max(heardAt, time);
    }

    /**
     * Takes the newest record of its dump, which was checked.
     *
     * @return whether it has sent page contents
     */
    boolean dump(Dump dump, long now) {
        heard(now);
        life = dump.getState();
        int shift = dump.getManifest().getPageShift();
        long left = requested;
        boolean sends = false;
        for (StripeState stripe : Stream.concat(dump.getEarly().stream(), dump.getStripes().stream())
                .toList()) {
            sends |= stripe.getDataOffset() >= 0;
            if (stripe.getDataEnd() >= 0 && stripe.getPages() <= left >> shift) {
                long before = stripe.getPages() << shift;
                left -= before - Math.min(before, stripe.getPageBytes());
            }
        }
        bytes = left;
        return sends;
    }

    /** The dump is not on topic dumps any more: nothing will be made of it. */
    void gone() {
        gone = true;
    }

    /**
     * Takes what is said of one of its files.
     *
     * @param time when that was said
     */
    void file(DumpFile file, long time) {
        heard(time);
        boolean counts = file.getComplete() || granted && time >= grantedAt;
        if (counts && filesDone.size() < files) {
            filesDone.add(file.getRuleSet() + '/' + file.getPart());
        }
    }

    /** What was said to it last; null when nothing was. */
    Admission said() {
        return said;
    }

    /** When that was. */
    long saidAt() {
        return saidAt;
    }

    void said(Admission admission, long time) {
        said = admission;
        saidAt = time;
    }

    AdmissionState state() {
        return granted ? AdmissionState.GRANTED : AdmissionState.WAITING;
    }

    /** Why it is to be released, null while it is not. */
    String releasedBecause(GateSettings settings, long now) {
        if (gone) {
            return "the dump was removed from topic dumps";
        }
        long quiet = now - heardAt;
        if (granted && filesDone.size() >= files) {
            return "";
        }
        if (!granted && ended()) {
            return "the capture ended before it was its turn";
        }
        if (!ended() && quiet >= settings.silence().toMillis()) {
            return "nothing was heard of it for " + settings.silence().toSeconds() + " s";
        }
        if (ended() && quiet >= settings.patience().toMillis()) {
            return filesDone.size() + " of its " + files + " files came within "
                    + settings.patience().toSeconds() + " s";
        }
        return null;
    }
}
