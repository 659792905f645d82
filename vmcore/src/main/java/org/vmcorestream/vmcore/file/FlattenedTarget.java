// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A dump file as a stream: makedumpfile's flattened format, for a pipe or anything else that cannot seek. All numbers are 64-bit and
 * big-endian. {@code makedumpfile -R} makes the file of it.
 *
 * <pre>
 *   header    0  char[16]  "makedumpfile", NUL to its end
 *            16  s64       type      1
 *            24  s64       version   1
 *            32            zeros, to 4,096 bytes
 *   record    0  s64       offset    in the file
 *             8  s64       length    in bytes, above 0
 *            16            so many bytes
 *   end       0  s64       -1
 *             8  s64       -1
 * </pre>
 *
 * Records come in the order in which they were written, not in that of their offsets: the main header of a kdump file is the last. So a stream
 * that breaks has no end mark, and what it held of the file no beginning. Bytes of zeros that nobody wrote are not sent.
 */
public final class FlattenedTarget implements DumpTarget {
    /** Bytes of the header. */
    static final int HEADER = 4096;

    /** Most bytes of a record: makedumpfile counts those it has read in 32 bits. */
    static final int MAX_RECORD = 1 << 20;

    private static final byte[] SIGNATURE = "makedumpfile".getBytes(StandardCharsets.US_ASCII);
    private static final int TYPE_OFFSET = 16;
    private static final int TYPE = 1;
    private static final int VERSION = 1;
    private static final long END = -1;

    private final DumpTarget out;
    private final ByteBuffer record = ByteBuffer.allocateDirect(2 * Long.BYTES);
    private long sent;

    /**
     * Begins a stream with its header.
     *
     * @param out gets all bytes one behind the other
     */
    public FlattenedTarget(DumpTarget out) throws IOException {
        this.out = out;
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put(0, SIGNATURE).putLong(TYPE_OFFSET, TYPE).putLong(TYPE_OFFSET + Long.BYTES, VERSION);
        writeAll(header);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        int end = bytes.limit();
        long at = position;
        while (bytes.position() < end) {
            int length = Math.min(MAX_RECORD, end - bytes.position());
            putRecord(at, length);
            writeAll(bytes.limit(bytes.position() + length));
            bytes.limit(end);
            at += length;
        }
    }

    /** Writes the end mark; a stream without one is broken. */
    @Override
    public void commit() throws IOException {
        putRecord(END, END);
        out.commit();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void putRecord(long offset, long length) throws IOException {
        writeAll(record.clear().putLong(offset).putLong(length).flip());
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        out.write(bytes, sent);
        sent += length;
    }
}
