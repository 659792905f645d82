// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.vmcorestream.vmcore.file.DumpFile;

/** What a dump is, by its first bytes. */
public enum DumpFormat {
    /** ELF. */
    ELF(new byte[] {0x7f, 'E', 'L', 'F'}),
    /** kdump-compressed. */
    KDUMP("KDUMP   ".getBytes(StandardCharsets.US_ASCII)),
    /** One of the others, flattened. */
    FLATTENED("makedumpfile\0\0\0\0".getBytes(StandardCharsets.US_ASCII)),
    /** None of these. */
    OTHER(new byte[0]);

    /** Bytes that tell all of them apart. */
    static final int BYTES = 16;

    private final byte[] signature;

    DumpFormat(byte[] signature) {
        this.signature = signature;
    }

    /** Looks at the beginning of a file. */
    public static DumpFormat of(DumpFile file) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(BYTES, file.size()));
        file.read(0, start);
        return of(start.flip());
    }

    /** Looks at the remaining bytes of a buffer. */
    static DumpFormat of(ByteBuffer start) {
        for (DumpFormat format : values()) {
            int length = format.signature.length;
            if (start.remaining() >= length
                    && start.slice(start.position(), length).equals(ByteBuffer.wrap(format.signature))) {
                return format;
            }
        }
        return OTHER;
    }
}
