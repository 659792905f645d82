// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The smallest possible reader of a core file, with nothing of the builder's code in it. */
final class ElfBytes {
    record Segment(int type, long offset, long virtual, long physical, long fileSize, long memorySize) {}

    final ByteBuffer bytes;
    final List<Segment> segments = new ArrayList<>();

    ElfBytes(Path file) throws IOException {
        bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int count = bytes.getShort(56) & 0xffff;
        if (count == 0xffff) {
            count = bytes.getInt((int) bytes.getLong(40) + 44);
        }
        int at = (int) bytes.getLong(32);
        for (int i = 0; i < count; i++, at += 56) {
            segments.add(new Segment(
                    bytes.getInt(at),
                    bytes.getLong(at + 8),
                    bytes.getLong(at + 16),
                    bytes.getLong(at + 24),
                    bytes.getLong(at + 32),
                    bytes.getLong(at + 40)));
        }
    }

    int at(long physical) {
        for (Segment segment : segments) {
            if (segment.type() == 1
                    && physical >= segment.physical()
                    && physical < segment.physical() + segment.fileSize()) {
                return (int) (segment.offset() + physical - segment.physical());
            }
        }
        throw new AssertionError("not in the file: 0x" + Long.toHexString(physical));
    }

    long getLong(long physical) {
        return bytes.getLong(at(physical));
    }

    String string(long physical) {
        StringBuilder text = new StringBuilder();
        for (int at = at(physical); bytes.get(at) != 0; at++) {
            text.append((char) (bytes.get(at) & 0xff));
        }
        return text.toString();
    }

    /** Physical address of a virtual one, -1 where it is not mapped. */
    long walk(long root, int levels, long virtual, long mask) {
        long table = root;
        for (int shift = 12 + 9 * (levels - 1); ; shift -= 9) {
            long entry = getLong(table + 8 * (virtual >>> shift & 511));
            if ((entry & 1) == 0) {
                return -1;
            }
            long frame = entry & 0xffffffffff000L & ~mask;
            if (shift == 12 || (entry & 0x80) != 0) {
                return frame | virtual & (1L << shift) - 1;
            }
            table = frame;
        }
    }

    /** Content of the first note with the name, one char for each byte. */
    String note(String name) {
        return allNotes(name).get(0);
    }

    /** Number of notes with the name. */
    int notes(String name) {
        return allNotes(name).size();
    }

    private List<String> allNotes(String name) {
        List<String> contents = new ArrayList<>();
        Segment notes = segments.stream().filter(s -> s.type() == 4).findFirst().orElseThrow();
        int at = (int) notes.offset();
        int end = at + (int) notes.fileSize();
        while (at < end) {
            int nameSize = bytes.getInt(at);
            int size = bytes.getInt(at + 4);
            String found = new String(bytes.array(), at + 12, nameSize - 1, StandardCharsets.US_ASCII);
            int content = at + 12 + (nameSize + 3 & ~3);
            if (found.equals(name)) {
                contents.add(new String(bytes.array(), content, size, StandardCharsets.ISO_8859_1));
            }
            at = content + (size + 3 & ~3);
        }
        return contents;
    }
}
