// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;
import org.vmcorestream.vmcore.VmcoreException;
import org.vmcorestream.vmcore.elf.ElfHeaders;
import org.vmcorestream.vmcore.file.DumpTarget;
import org.vmcorestream.vmcore.machine.Machine;
import org.vmcorestream.vmcore.memory.VmcoreInfo;

/** Writes a stored dump as an ELF core file. Pages of zeros are holes of it; its front is written last. */
final class ElfExport {
    private static final int WINDOW = 2 << 20;
    private static final byte[] ERASE_INFO = "ERASEINFO\0".getBytes(StandardCharsets.US_ASCII);
    private static final int NOTE_HEADER = 12;

    private final StoredDump dump;
    private DumpTarget out;
    private final int pageSize;
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW);
    private long windowOffset;
    private long end;
    private long zeroPages;
    private long missing;

    private ElfExport(StoredDump dump) {
        this.dump = dump;
        pageSize = dump.header().pageSize();
    }

    static DumpExport.Summary write(StoredDump dump, DumpTarget.Opener target, DumpExport.Progress progress)
            throws IOException {
        return new ElfExport(dump).write(target, progress);
    }

    private DumpExport.Summary write(DumpTarget.Opener target, DumpExport.Progress progress) throws IOException {
        Machine machine = machine();
        ElfSegments segments = ElfSegments.of(dump, ElfHeaders.MAX_LOADS);
        ElfHeaders headers = new ElfHeaders(machine, dump.incomplete(), segments.count(), notes(), pageSize);
        for (int i = 0; i < segments.count(); i++) {
            headers.addLoad(segments.first(i), segments.pages(i), segments.filePages(i));
        }
        try (DumpTarget opened = target.open(headers.end())) {
            out = opened;
            writePages(segments, headers.dataOffset(), progress);
            if (headers.end() > end && headers.end() > headers.dataOffset()) {
                out.write(ByteBuffer.allocate(1), headers.end() - 1);
            }
            out.write(headers.bytes(), 0);
            out.commit();
        }
        progress.at(dump.pages(), dump.pages());
        return new DumpExport.Summary(
                headers.end(),
                dump.pages(),
                zeroPages,
                missing,
                dump.incomplete(),
                segments.count(),
                segments.blanks());
    }

    /** The machine of utsname; where that is none, as in what QEMU writes of most, the one whose kernel wrote VMCOREINFO. */
    private Machine machine() throws VmcoreException {
        KdumpHeader header = dump.header();
        String name = header.kernel().machine();
        Optional<Machine> named = Machine.named(name);
        if (named.isEmpty() && KdumpDump.isUnnamed(name) && header.vmcoreInfoSize() > 0) {
            int begin = header.vmcoreInfoOffset();
            byte[] text = Arrays.copyOfRange(header.notes(), begin, begin + header.vmcoreInfoSize());
            return Machine.that(new VmcoreInfo(dump.path().toString(), text));
        }
        return named.orElseThrow(() -> new UnsupportedVmcoreException(dump.path() + ": is of machine '"
                + name.replaceAll("\\p{Cntrl}", "?") + "', expected " + Machine.names()
                + " to write an ELF file of"));
    }

    private void writePages(ElfSegments segments, long dataOffset, DumpExport.Progress progress) throws IOException {
        long total = dump.pages();
        long done = 0;
        int segment = 0;
        long offset = dataOffset;
        try (RecodedPages pages = new RecodedPages(dump, null)) {
            while (pages.next()) {
                if ((++done & 0x3fff) == 0) {
                    progress.at(done, total);
                }
                if (pages.kind() == PageParcel.Kind.MISSING) {
                    missing++;
                    continue;
                }
                while (pages.pfn() >= segments.first(segment) + segments.pages(segment)) {
                    offset += segments.filePages(segment) * pageSize;
                    segment++;
                }
                if (pages.kind() == PageParcel.Kind.ZERO) {
                    zeroPages++;
                } else {
                    put(pages, offset + (pages.pfn() - segments.first(segment)) * pageSize);
                }
            }
        }
        flush();
    }

    private void put(RecodedPages page, long position) throws IOException {
        if (position != windowOffset + window.position() || window.remaining() < pageSize) {
            flush();
            windowOffset = position;
        }
        int at = window.position();
        window.put(at, page.bytes(), page.index(), pageSize).position(at + pageSize);
        end = position + pageSize;
    }

    private void flush() throws IOException {
        window.flip();
        if (window.hasRemaining()) {
            out.write(window, windowOffset);
        }
        window.clear();
    }

    /** The notes of the dump, and one for what makedumpfile erased, as {@code makedumpfile -E} writes it. */
    private byte[] notes() throws IOException {
        byte[] notes = dump.header().notes();
        byte[] erased = dump.eraseInfo();
        if (erased.length == 0) {
            return notes;
        }
        int start = padded(notes.length);
        int text = start + NOTE_HEADER + padded(ERASE_INFO.length);
        ByteBuffer all = ByteBuffer.allocate(text + padded(erased.length)).order(ByteOrder.LITTLE_ENDIAN);
        all.put(0, notes).putInt(start, ERASE_INFO.length).putInt(start + 4, erased.length);
        all.put(start + NOTE_HEADER, ERASE_INFO).put(text, erased);
        return all.array();
    }

    private static int padded(int size) {
        return size + 3 & ~3;
    }
}
