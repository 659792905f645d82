// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the text of VMCOREINFO lies in ELF notes.
 *
 * <pre>
 *  note, one behind the other:
 *  +0   u32  bytes of the name, its NUL included
 *  +4   u32  bytes of the description
 *  +8   u32  type (0 for VMCOREINFO)
 *  +12       name, padded to 4 bytes
 *            description, padded to 4 bytes
 * </pre>
 *
 * All numbers are little-endian, as on every machine whose dumps are read here.
 *
 * @param offset where the text begins
 * @param size its bytes
 */
public record VmcoreInfoNote(int offset, int size) {
    private static final int HEADER = 12;
    private static final byte[] NAME = "VMCOREINFO\0".getBytes(StandardCharsets.US_ASCII);

    /** Looks for the note; empty when the notes have none or are broken in front of it. */
    public static Optional<VmcoreInfoNote> find(byte[] notes) {
        ByteBuffer buffer = ByteBuffer.wrap(notes).order(ByteOrder.LITTLE_ENDIAN);
        long at = 0;
        while (at + HEADER <= notes.length) {
            long nameSize = Integer.toUnsignedLong(buffer.getInt((int) at));
            long size = Integer.toUnsignedLong(buffer.getInt((int) at + 4));
            long name = at + HEADER;
            long description = name + padded(nameSize);
            if (description + size > notes.length) {
                return Optional.empty();
            }
            if (isName(notes, (int) name, nameSize)) {
                return Optional.of(new VmcoreInfoNote((int) description, (int) size));
            }
            at = description + padded(size);
        }
        return Optional.empty();
    }

    /** Bytes of the notes up to the end of the last one that is whole. */
    public static int soundLength(byte[] notes) {
        ByteBuffer buffer = ByteBuffer.wrap(notes).order(ByteOrder.LITTLE_ENDIAN);
        long at = 0;
        while (at + HEADER <= notes.length) {
            long nameSize = Integer.toUnsignedLong(buffer.getInt((int) at));
            long size = Integer.toUnsignedLong(buffer.getInt((int) at + 4));
            long next = at + HEADER + padded(nameSize) + padded(size);
            if (next > notes.length) {
                break;
            }
            at = next;
        }
        return (int) at;
    }

    /** The notes with a VMCOREINFO note of {@code text} behind them. */
    public static byte[] append(byte[] notes, byte[] text) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(notes.length + text.length + 32);
        all.writeBytes(notes);
        all.writeBytes(new byte[(int) padded(notes.length) - notes.length]);
        all.writeBytes(ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(NAME.length)
                .putInt(text.length)
                .putInt(0)
                .array());
        all.writeBytes(NAME);
        all.writeBytes(new byte[(int) padded(NAME.length) - NAME.length]);
        all.writeBytes(text);
        all.writeBytes(new byte[(int) padded(text.length) - text.length]);
        return all.toByteArray();
    }

    private static boolean isName(byte[] notes, int at, long size) {
        // Some writers leave the NUL out of the size.
        if (size != NAME.length && size != NAME.length - 1) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (notes[at + i] != NAME[i]) {
                return false;
            }
        }
        return true;
    }

    private static long padded(long size) {
        return size + 3 & ~3L;
    }
}
