// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.elf.VmcoreInfoNote;

/**
 * Both headers of an existing kdump file, of any version, checked so that everything they point to lies within the file.
 *
 * @param main block 0
 * @param sub what block 1 begins with
 * @param layout where the parts of the file lie; bitmaps and notes are within it
 */
record StoredHeaders(MainHeader main, SubHeader sub, KdumpLayout layout) {
    private static final byte[] FLATTENED = "makedumpfile".getBytes(StandardCharsets.US_ASCII);

    private static final int FIRST_VERSION = 1;

    /** The first version that says where the notes are. */
    static final int FIRST_WITH_NOTES = 4;

    /** All bits of the status word that name a codec. */
    static final int CODEC_FLAGS = 0x1 | 0x2 | 0x4 | 0x20;

    /** Reads and checks the headers of a file, which may be one part of several. */
    static StoredHeaders read(BoundedInput file) throws IOException {
        Path path = file.path();
        if (file.size() < MainHeader.SIZE) {
            throw new VmcoreException(path + ": has " + file.size() + " bytes, expected at least " + MainHeader.SIZE
                    + " of a kdump header");
        }
        ByteBuffer block = buffer(MainHeader.SIZE);
        file.read("main header", 0, block);
        MainHeader main = main(path, block);

        ByteBuffer subBlock = buffer(SubHeader.SIZE);
        file.read("sub header", main.blockSize(), subBlock.limit(SubHeader.size(main.version())));
        SubHeader sub = SubHeader.get(subBlock.clear(), main);
        KdumpLayout layout = layout(file, main, sub);
        checkNotes(file, sub);
        if (main.version() >= FIRST_WITH_NOTES) {
            vmcoreInfoOffset(path, sub);
        } else {
            checkVmcoreInfo(file, sub);
        }
        codec(path, main.status());
        return new StoredHeaders(main, sub, layout);
    }

    /**
     * What they say, without the range of a part, as headers of the newest version: VMCOREINFO that is in the file by itself becomes a note.
     */
    KdumpHeader header(BoundedInput file) throws IOException {
        KernelIdentity kernel = main.kernel();
        byte[] notes = notes(file);
        int offset = main.version() >= FIRST_WITH_NOTES ? vmcoreInfoOffset(file.path(), sub) : 0;
        if (main.version() < FIRST_WITH_NOTES && sub.vmcoreInfoSize() > 0) {
            notes = VmcoreInfoNote.append(notes, vmcoreInfo(file).orElseThrow());
            offset = VmcoreInfoNote.find(notes).map(VmcoreInfoNote::offset).orElse(0);
        }
        return new KdumpHeader(
                new KernelIdentity(
                        kernel.sysname(),
                        kernel.nodename(),
                        kernel.release(),
                        kernel.version(),
                        kernel.machine(),
                        kernel.domainname(),
                        kernel.buildId(),
                        kernel.cpus(),
                        sub.physBase()),
                main.blockSize(),
                sub.maxMapnr(),
                sub.dumpLevel(),
                codec(file.path(), main.status()),
                main.timestamp(),
                notes,
                offset,
                (int) sub.vmcoreInfoSize(),
                (main.status() & MainHeader.STATUS_EXCLUDED_VMEMMAP) != 0);
    }

    /** Whether the file says that pages are missing. */
    boolean incomplete() {
        return (main.status() & MainHeader.STATUS_INCOMPLETE) != 0;
    }

    private static MainHeader main(Path path, ByteBuffer block) throws VmcoreException {
        if (MainHeader.startsWith(block, FLATTENED)) {
            throw new VmcoreException(
                    path + ": is in makedumpfile's flattened format, rearrange it with makedumpfile -R");
        }
        if (!MainHeader.hasSignature(block)) {
            throw new VmcoreException(path + ": has no kdump signature at offset 0, expected \"KDUMP   \"");
        }
        int version = MainHeader.version(block);
        int reversed = Integer.reverseBytes(version);
        if (reversed >= FIRST_VERSION && reversed <= MainHeader.VERSION) {
            throw new VmcoreException(path + ": is a big-endian kdump file, expected a little-endian one");
        }
        if (version < FIRST_VERSION || version > MainHeader.VERSION) {
            throw new VmcoreException(path + ": has kdump header version " + version + ", expected " + FIRST_VERSION
                    + " to " + MainHeader.VERSION);
        }
        MainHeader main = MainHeader.get(block);
        if (!KdumpLayout.isPageSize(main.blockSize())) {
            throw new VmcoreException(path + ": has blocks of " + main.blockSize()
                    + " bytes, expected a power of two from 4096 to 65536 in the 64-bit layout");
        }
        return main;
    }

    private static KdumpLayout layout(BoundedInput file, MainHeader main, SubHeader sub) throws VmcoreException {
        Path path = file.path();
        long endPfn = sub.maxMapnr();
        if (endPfn < 0 || endPfn > KdumpLayout.MAX_END_PFN) {
            throw new VmcoreException(path + ": has " + Long.toUnsignedString(endPfn)
                    + " page frames, expected at most " + KdumpLayout.MAX_END_PFN);
        }
        KdumpLayout layout = new KdumpLayout(main.blockSize(), main.subHeaderBlocks(), main.bitmapBlocks());
        long least = KdumpLayout.of(main.blockSize(), endPfn, 0).bitmapBlocks();
        if (main.bitmapBlocks() < least || main.bitmapBlocks() % 2 != 0) {
            throw new VmcoreException(path + ": has " + main.bitmapBlocks() + " blocks of bitmaps, expected " + least
                    + " for two bitmaps of " + endPfn + " page frames");
        }
        if (main.subHeaderBlocks() < 1 || !file.holds(layout.presentOffset(), 2 * layout.bitmapSize())) {
            throw file.beyond("bitmaps", layout.presentOffset(), 2 * layout.bitmapSize());
        }
        return layout;
    }

    private static void checkNotes(BoundedInput file, SubHeader sub) throws IOException {
        long size = sub.notesSize();
        if (size < 0 || size > HeaderCheck.MAX_NOTES) {
            throw new VmcoreException(file.path() + ": has notes of " + Long.toUnsignedString(size)
                    + " bytes, expected at most " + HeaderCheck.MAX_NOTES);
        }
        if (size > 0 && !file.holds(sub.notesOffset(), size)) {
            throw file.beyond("notes", sub.notesOffset(), size);
        }
    }

    /** VMCOREINFO that is in the file by itself. */
    private static void checkVmcoreInfo(BoundedInput file, SubHeader sub) throws IOException {
        long size = sub.vmcoreInfoSize();
        if (size < 0 || size > HeaderCheck.MAX_NOTES) {
            throw new VmcoreException(file.path() + ": has VMCOREINFO of " + Long.toUnsignedString(size)
                    + " bytes, expected at most " + HeaderCheck.MAX_NOTES);
        }
        if (size > 0 && !file.holds(sub.vmcoreInfoOffset(), size)) {
            throw file.beyond("VMCOREINFO", sub.vmcoreInfoOffset(), size);
        }
    }

    /** The notes as they stand. */
    byte[] notes(BoundedInput file) throws IOException {
        if (sub.notesSize() == 0) {
            return new byte[0];
        }
        ByteBuffer notes = buffer((int) sub.notesSize());
        file.read("notes", sub.notesOffset(), notes);
        return notes.array();
    }

    /** The text of VMCOREINFO; empty where the headers lead to none. */
    Optional<byte[]> vmcoreInfo(BoundedInput file) throws IOException {
        if (sub.vmcoreInfoSize() == 0) {
            return Optional.empty();
        }
        ByteBuffer text = buffer((int) sub.vmcoreInfoSize());
        file.read("VMCOREINFO", sub.vmcoreInfoOffset(), text);
        return Optional.of(text.array());
    }

    /** Offset of VMCOREINFO in the notes. */
    private static int vmcoreInfoOffset(Path path, SubHeader sub) throws VmcoreException {
        if (sub.vmcoreInfoSize() == 0) {
            return 0;
        }
        long offset = sub.vmcoreInfoOffset() - sub.notesOffset();
        if (sub.vmcoreInfoOffset() < 0
                || offset < 0
                || sub.vmcoreInfoSize() < 0
                || sub.vmcoreInfoSize() > sub.notesSize()
                || offset > sub.notesSize() - sub.vmcoreInfoSize()) {
            throw new VmcoreException(path + ": has VMCOREINFO of " + Long.toUnsignedString(sub.vmcoreInfoSize())
                    + " bytes at offset " + Long.toUnsignedString(sub.vmcoreInfoOffset()) + ", expected within the "
                    + sub.notesSize() + " bytes of notes at offset " + sub.notesOffset());
        }
        return (int) offset;
    }

    private static PageCodec codec(Path path, int status) throws VmcoreException {
        if ((status & CODEC_FLAGS) == 0) {
            return null;
        }
        return PageCodec.ofKdumpFlag(status & CODEC_FLAGS)
                .orElseThrow(() -> new VmcoreException(path + ": has status 0x" + Integer.toHexString(status)
                        + ", expected at most one codec flag of 0x1, 0x2, 0x4 and 0x20"));
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
