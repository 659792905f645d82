// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.util.Optional;

/** How page contents are compressed. Those a kdump file can hold carry the flag of its page descriptors. */
public enum PageCodec {
    /** zlib stream (RFC 1950); DUMP_DH_COMPRESSED_ZLIB. */
    ZLIB(0x1),
    /** LZO1X; DUMP_DH_COMPRESSED_LZO. */
    LZO(0x2),
    /** Snappy block; DUMP_DH_COMPRESSED_SNAPPY. */
    SNAPPY(0x4),
    /** Zstandard frame; DUMP_DH_COMPRESSED_ZSTD. */
    ZSTD(0x20),
    /** LZ4 block; only travels, no kdump file holds it. */
    LZ4(0);

    private static final PageCodec[] ALL = values();

    private final int kdumpFlag;

    PageCodec(int kdumpFlag) {
        this.kdumpFlag = kdumpFlag;
    }

    /** Flag in a kdump page descriptor and in the status word of a kdump header; 0 for a codec that only travels. */
    public int kdumpFlag() {
        return kdumpFlag;
    }

    /** The codec with a flag of a kdump page descriptor; empty when no codec that kdump files hold has it. */
    public static Optional<PageCodec> ofKdumpFlag(int flag) {
        for (PageCodec codec : ALL) {
            if (codec.storable() && codec.kdumpFlag == flag) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }

    /** Whether a kdump file can hold it. */
    public boolean storable() {
        return kdumpFlag != 0;
    }
}
