// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A synthetic kdump file as QEMU's dump-guest-memory sends it without option {@code -R} (dump/dump.c): flattened, in records of the pieces it writes.
 * The header first and once; the bitmaps page by page, the same page of both one after the other; then descriptors and page data through a
 * buffer of four pages each, which goes out when it is full; the end record last.
 */
public final class QemuStream {
    private static final int BLOCK = 4096;
    private static final int HEADER = 464;
    private static final int SUB_HEADER = 104;
    private static final int BUFFER = 4 * BLOCK;
    private static final int DESCRIPTOR = 24;

    private QemuStream() {}

    /** The stream of a whole file in the style of QEMU. */
    public static byte[] of(SyntheticKdump kdump) {
        byte[] file = kdump.bytes();
        FlattenedBytes stream = new FlattenedBytes(1, 1);
        put(stream, file, 0, HEADER);
        put(stream, file, BLOCK, SUB_HEADER);
        put(stream, file, BLOCK + SUB_HEADER, kdump.bitmaps() - BLOCK - SUB_HEADER);
        int bitmap = kdump.secondBitmap() - kdump.bitmaps();
        for (int at = 0; at < bitmap; at += BLOCK) {
            put(stream, file, kdump.bitmaps() + at, BLOCK);
            put(stream, file, kdump.secondBitmap() + at, BLOCK);
        }
        int descriptors = kdump.descriptors();
        int data = data(file, kdump);
        for (int described = descriptors, sent = data; described < data || sent < file.length; ) {
            // A buffer of descriptors goes out when the data of all its pages were put into the other one.
            int next = Math.min(data, described + BUFFER / DESCRIPTOR * DESCRIPTOR);
            int until = next == data ? file.length : furthest(file, described, next);
            for (; sent + BUFFER < until; sent += BUFFER) {
                put(stream, file, sent, BUFFER);
            }
            put(stream, file, described, next - described);
            described = next;
            if (described == data) {
                put(stream, file, sent, file.length - sent);
                sent = file.length;
            }
        }
        return stream.end().toByteArray();
    }

    /** Where page data begin: behind a descriptor for each bit of the second bitmap. */
    private static int data(byte[] file, SyntheticKdump kdump) {
        int pages = 0;
        for (int at = kdump.secondBitmap(); at < kdump.descriptors(); at++) {
            pages += Integer.bitCount(file[at] & 0xff);
        }
        return kdump.descriptors() + pages * DESCRIPTOR;
    }

    private static int furthest(byte[] file, int from, int to) {
        ByteBuffer words = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long end = 0;
        for (int at = from; at < to; at += DESCRIPTOR) {
            end = Math.max(end, words.getLong(at) + words.getInt(at + 8));
        }
        return (int) end;
    }

    private static void put(FlattenedBytes stream, byte[] file, int at, int length) {
        if (length > 0) {
            stream.record(at, length, Arrays.copyOfRange(file, at, at + length));
        }
    }
}
