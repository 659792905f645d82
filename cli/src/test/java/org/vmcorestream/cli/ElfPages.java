// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Contents of pages straight from an ELF vmcore. Shares nothing with the reader that the producer uses, so that a mistake there
 * is seen here.
 */
final class ElfPages implements AutoCloseable {
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final Pattern PAGE_SIZE = Pattern.compile("(?m)^PAGESIZE=(\\d+)$");

    private final FileChannel file;
    private int pageSize;
    private final List<long[]> segments = new ArrayList<>();

    ElfPages(Path path) throws IOException {
        file = FileChannel.open(path);
        ByteBuffer header = read(0, 64);
        long table = header.getLong(32);
        int entrySize = Short.toUnsignedInt(header.getShort(54));
        long entries = Short.toUnsignedInt(header.getShort(56));
        if (entries == 0xffff) {
            entries = Integer.toUnsignedLong(read(header.getLong(40), 64).getInt(44));
        }
        for (long i = 0; i < entries; i++) {
            ByteBuffer entry = read(table + i * entrySize, 56);
            if (entry.getInt(0) == PT_LOAD) {
                segments.add(new long[] {entry.getLong(24), entry.getLong(8), entry.getLong(32)});
            } else if (entry.getInt(0) == PT_NOTE && pageSize == 0) {
                byte[] notes = read(entry.getLong(8), (int) entry.getLong(32)).array();
                Matcher found = PAGE_SIZE.matcher(new String(notes, StandardCharsets.ISO_8859_1));
                pageSize = found.find() ? Integer.parseInt(found.group(1)) : 0;
            }
        }
    }

    /** Bytes of a page, as VMCOREINFO says. */
    int pageSize() {
        return pageSize;
    }

    /** Fills an array with a page; bytes that the file does not hold are zeros. */
    void read(long pfn, byte[] page) throws IOException {
        Arrays.fill(page, (byte) 0);
        long first = pfn * pageSize;
        for (long[] segment : segments) {
            long from = Math.max(first, segment[0]);
            long to = Math.min(first + pageSize, segment[0] + segment[2]);
            if (from < to) {
                ByteBuffer part = ByteBuffer.wrap(page, (int) (from - first), (int) (to - from));
                readFully(part, segment[1] + from - segment[0]);
            }
        }
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(bytes, offset);
        return bytes;
    }

    private void readFully(ByteBuffer into, long offset) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int got = file.read(into, at);
            if (got < 0) {
                throw new IOException("file ends at " + at);
            }
            at += got;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
