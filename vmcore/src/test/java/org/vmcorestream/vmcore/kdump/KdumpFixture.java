// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.kdump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.vmcorestream.vmcore.KernelIdentity;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.codec.PageCodec;
import org.vmcorestream.vmcore.codec.PageCompressor;

/** Small dumps with known contents. */
final class KdumpFixture {
    static final KernelIdentity KERNEL = new KernelIdentity(
            "Linux", "guest-7", "6.12.107+deb13-amd64", "#1 SMP", "x86_64", "(none)", "", 3, -304_087_040L);

    static final String VMCOREINFO = "OSRELEASE=6.12.107+deb13-amd64\nPAGESIZE=4096\n";

    private KdumpFixture() {}

    /** 20 bytes of something, then VMCOREINFO. */
    static byte[] notes() {
        byte[] text = VMCOREINFO.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(20 + text.length + 2).put(20, text).array();
    }

    static KdumpHeader header(PageCodec codec, int pageSize, long endPfn, int level) {
        return new KdumpHeader(
                KERNEL, pageSize, endPfn, level, codec, 1_763_800_000L, notes(), 20, VMCOREINFO.length());
    }

    static PfnBitmap bitmap(long endPfn, long... pfns) {
        PfnBitmap bitmap = new PfnBitmap(endPfn);
        for (long pfn : pfns) {
            bitmap.set(pfn, pfn + 1);
        }
        return bitmap;
    }

    static PfnBitmap full(long endPfn) {
        PfnBitmap bitmap = new PfnBitmap(endPfn);
        bitmap.set(0, endPfn);
        return bitmap;
    }

    /** Page frames to contents, of zeros, half noise or all noise, about every third page frame. */
    static Map<Long, byte[]> pages(int pageSize, long endPfn, long seed) {
        Random random = new Random(seed);
        Map<Long, byte[]> pages = new TreeMap<>();
        for (long pfn = random.nextInt(3); pfn < endPfn; pfn += 1 + random.nextInt(5)) {
            byte[] page = new byte[pageSize];
            int noise = random.nextInt(3) * pageSize / 2;
            for (int i = 0; i < noise; i++) {
                page[i] = (byte) random.nextInt();
            }
            pages.put(pfn, page);
        }
        return pages;
    }

    /** Writes a whole dump of these pages, zero pages as such. */
    static KdumpFileWriter.Summary write(Path file, KdumpHeader header, PfnBitmap present, Map<Long, byte[]> pages)
            throws IOException {
        PfnBitmap kept = new PfnBitmap(header.endPfn());
        pages.keySet().forEach(pfn -> kept.set(pfn, pfn + 1));
        try (KdumpFileWriter writer = KdumpFileWriter.create(file, header, present, kept);
                PageCompressor compressor = PageCompressor.of(header.codec())) {
            for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
                add(writer, compressor, page.getKey(), page.getValue());
            }
            return writer.finish(false);
        }
    }

    /** Adds a page as a sink would. */
    static void add(KdumpFileWriter writer, PageCompressor compressor, long pfn, byte[] page) throws IOException {
        if (isZero(page)) {
            writer.addZeroPage(pfn);
            return;
        }
        ByteBuffer source = ByteBuffer.allocateDirect(page.length).put(0, page);
        ByteBuffer target = ByteBuffer.allocateDirect(9 + compressor.bound(page.length));
        int length = compressor.compress(source, 0, page.length, target, 9);
        if (length < 0) {
            writer.addPage(pfn, source, 0, page.length, true);
        } else {
            writer.addPage(pfn, target, 9, length, false);
        }
    }

    static boolean isZero(byte[] page) {
        for (byte b : page) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    static int crc(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        return (int) crc.getValue();
    }
}
