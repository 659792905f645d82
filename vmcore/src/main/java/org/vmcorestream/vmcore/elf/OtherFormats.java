// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.elf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.vmcorestream.vmcore.UnsupportedVmcoreException;

/** Dump formats that are known by their first bytes and are not ELF: they deserve a better answer than "not ELF". */
final class OtherFormats {
    private static final byte[] KDUMP = ascii("KDUMP   ");
    private static final byte[] DISKDUMP = ascii("DISKDUMP");
    private static final byte[] FLATTENED = ascii("makedumpfile");

    private OtherFormats() {}

    /**
     * Looks at the beginning of a file.
     *
     * @throws UnsupportedVmcoreException when it is one of these formats
     */
    static void refuse(Path file, ByteBuffer start) throws UnsupportedVmcoreException {
        if (begins(start, KDUMP)) {
            throw new UnsupportedVmcoreException(file + ": is a kdump-compressed file, expected an ELF vmcore");
        }
        if (begins(start, DISKDUMP)) {
            throw new UnsupportedVmcoreException(file
                    + ": is a diskdump file, which is older than kdump and not read, expected an ELF or kdump vmcore");
        }
        if (begins(start, FLATTENED)) {
            throw new UnsupportedVmcoreException(file + ": is a flattened file, expected an ELF vmcore");
        }
    }

    private static boolean begins(ByteBuffer start, byte[] signature) {
        return start.remaining() >= signature.length
                && start.slice(0, signature.length).equals(ByteBuffer.wrap(signature));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
