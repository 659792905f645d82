// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.vmcorestream.vmcore.file.DumpTarget;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A file that becomes an object. Bytes are put into the parts they belong to; a part goes up when it is full, whatever its number, and its
 * memory is used again. The first part, which has the headers, goes up last. A dump file grows at three places at once, so that few parts
 * are ever half full.
 *
 * <pre>
 *   parts     | 1 headers, bitmaps | 2 descriptors | 3 pages | 4 pages | 5 pages |
 *   goes up     last                 4th             1st       2nd       3rd
 * </pre>
 *
 * Where more than {@value #MAX_OPEN} parts are half full, the one that was not written to for longest goes up as it is, its holes as zeros, and
 * nothing can be put into it any more. A file that fits one part is written in one piece when it is committed. Belongs to one thread.
 */
final class S3Upload implements DumpTarget {
    /** Parts that can be half full, the first one not counted. */
    static final int MAX_OPEN = 4;

    /** Share of the heap that one upload may take. */
    private static final int HEAP_SHARE = 4;

    private final S3Location object;
    private final S3Requests requests;
    private final PartPlan plan;
    private final PartSender sender;
    private final Map<Integer, PartBuffer> open = new LinkedHashMap<>(16, 0.75f, true);
    private final BitSet gone = new BitSet();
    private PartBuffer first;
    private long size;
    private boolean live = true;

    S3Upload(S3Location object, S3Requests requests, S3Settings settings, PartPlan plan, Executor executor)
            throws IOException {
        this.object = object;
        this.requests = requests;
        this.plan = plan;
        long heap = Runtime.getRuntime().maxMemory();
        long buffers = heap / HEAP_SHARE / plan.partBytes();
        if (buffers < MAX_OPEN + 2) {
            throw new IOException(object + ": needs " + (MAX_OPEN + 2) + " parts of " + plan.partBytes()
                    + " bytes in memory, expected no more than a quarter of the heap of " + heap
                    + " bytes: give a larger one");
        }
        int atOnce = (int) Math.min(settings.parallel(), buffers - MAX_OPEN - 1);
        sender = new PartSender(object, requests, executor, plan.partBytes(), atOnce);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        requireLive();
        if (position < 0) {
            throw new IllegalArgumentException(object + ": write at " + position);
        }
        try {
            long at = position;
            while (bytes.hasRemaining()) {
                int number = plan.part(at);
                PartBuffer part = part(number, at);
                int before = bytes.remaining();
                part.put(bytes, (int) (at - plan.start(number)));
                at += before - bytes.remaining();
                size = Math.max(size, at);
                if (part.full() && number > 0) {
                    open.remove(number);
                    send(part, plan.partBytes());
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private PartBuffer part(int number, long position) throws IOException {
        if (number >= PartPlan.MAX_PARTS) {
            throw new IOException(object + ": has more than " + PartPlan.MAX_PARTS + " parts of " + plan.partBytes()
                    + " bytes, expected no byte at offset " + position);
        }
        if (number == 0) {
            first = first == null ? sender.buffer(0) : first;
            return first;
        }
        PartBuffer part = open.get(number);
        if (part != null) {
            return part;
        }
        if (gone.get(number)) {
            throw new IOException(
                    object + ": bytes at offset " + position + " come too late, expected none in a part that was sent");
        }
        if (open.size() == MAX_OPEN) {
            sendOldest();
        }
        part = sender.buffer(number);
        open.put(number, part);
        return part;
    }

    /** Sends what was not written to for longest, but for the part that may be the last: nobody knows its length yet. */
    private void sendOldest() throws IOException {
        int last = plan.part(size - 1);
        Iterator<PartBuffer> oldest = open.values().iterator();
        PartBuffer part = oldest.next();
        if (part.part() == last) {
            part = oldest.next();
        }
        oldest.remove();
        send(part, plan.partBytes());
    }

    private void send(PartBuffer part, int length) throws IOException {
        gone.set(part.part());
        sender.send(part, length);
    }

    @Override
    public void commit() throws IOException {
        requireLive();
        try {
            if (first == null) {
                first = sender.buffer(0);
            }
            if (!sender.begun() && size <= plan.partBytes()) {
                putWhole();
            } else {
                sendRest();
                sender.complete(size);
            }
            live = false;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void putWhole() throws IOException {
        try {
            requests.put(object, first.bytes(), (int) size);
        } catch (SdkException e) {
            throw S3Failures.of(object, "cannot be written", e);
        }
    }

    private void sendRest() throws IOException {
        int parts = plan.parts(size);
        for (int number = 1; number < parts; number++) {
            if (!gone.get(number)) {
                PartBuffer part = open.remove(number);
                send(part == null ? sender.buffer(number) : part, plan.length(number, size));
            }
        }
        sender.await();
        send(first, plan.length(0, size));
        sender.await();
    }

    private void requireLive() throws IOException {
        if (!live) {
            throw new IOException(object + ": is no longer being written");
        }
    }

    /** Gives the upload up unless it was committed, so that the store keeps no parts of it. */
    @Override
    public void close() {
        if (live) {
            live = false;
            open.clear();
            first = null;
            sender.abort();
        }
    }
}
