// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmcorestream.vmcore.file.DumpFile;

/** ELF headers written by hand, field by field, so that each of them can be wrong. */
final class ElfFiles {
    final ByteBuffer bytes;

    /** An x86-64 core file of {@code size} bytes with {@code headers} program headers at offset 64, all of type 0. */
    ElfFiles(int size, int headers) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        bytes.putShort(16, (short) 4).putShort(18, (short) 62).putInt(20, 1);
        bytes.putLong(32, 64).putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) headers);
    }

    /** Fills in a program header. */
    ElfFiles segment(int index, int type, long offset, long virt, long phys, long fileSize, long memorySize) {
        int at = (int) bytes.getLong(32) + 56 * index;
        bytes.putInt(at, type)
                .putLong(at + 8, offset)
                .putLong(at + 16, virt)
                .putLong(at + 24, phys)
                .putLong(at + 32, fileSize)
                .putLong(at + 40, memorySize);
        return this;
    }

    /** Writes a note and says where the next one goes. */
    int note(int at, String owner, int type, byte[] description) {
        byte[] name = (owner + "\0").getBytes(StandardCharsets.US_ASCII);
        bytes.putInt(at, name.length).putInt(at + 4, description.length).putInt(at + 8, type);
        bytes.put(at + 12, name);
        int start = at + 12 + (name.length + 3 & ~3);
        bytes.put(start, description);
        return start + (description.length + 3 & ~3);
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes.array());
    }

    ElfCore read(Path file) throws IOException {
        try (DumpFile open = DumpFile.open(write(file), DumpFile.ReadObserver.NONE)) {
            return ElfCore.read(open);
        }
    }
}
