// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.codec;

import java.nio.ByteBuffer;

/**
 * A window that moves over somebody else's buffer without touching its position and limit. The duplicate is made once for
 * each buffer, not once for each page: callers hand in the same few buffers again and again.
 */
final class BufferView {
    private ByteBuffer buffer;
    private ByteBuffer view;

    /** The bytes from {@code offset} on, as the remaining bytes of a buffer that stays valid until the next call. */
    ByteBuffer of(ByteBuffer whole, int offset, int length) {
        if (whole != buffer) {
            view = whole.duplicate();
            buffer = whole;
        }
        view.limit(view.capacity()).position(offset).limit(offset + length);
        return view;
    }
}
