// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** Where a direct buffer begins in memory; asked once for each buffer, not once for each page. */
final class BufferAddress {
    private ByteBuffer buffer;
    private long address;

    /** Address of index 0. Good for as long as the caller holds the buffer; this object holds the last one too. */
    long of(ByteBuffer direct) {
        if (direct != buffer) {
            address = Pointer.nativeValue(Native.getDirectBufferPointer(direct));
            buffer = direct;
        }
        return address;
    }
}
